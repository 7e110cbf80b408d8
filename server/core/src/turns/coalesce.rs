//! Joins small pieces of an answer: the first goes out at once, later ones at most once a frame.

use std::time::Duration;
use tokio::time::Instant;

/// How long a piece may wait for company: within one frame of a 60 Hz display and two.
const WINDOW: Duration = Duration::from_millis(20);

/// Which stream a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Text,
    Reasoning,
}

/// Holds what is not yet sent.
#[derive(Debug, Default)]
pub(super) struct Coalescer {
    held: Option<(Channel, String)>,
    sent_at: Option<Instant>,
}

impl Coalescer {
    /// Takes a piece; returns what is to be sent now, in order.
    pub(super) fn push(&mut self, channel: Channel, text: String, now: Instant) -> Vec<(Channel, String)> {
        let mut out = Vec::new();
        match &mut self.held {
            Some((held, buffer)) if *held == channel => buffer.push_str(&text),
            _ => {
                out.extend(self.held.take());
                self.held = Some((channel, text));
            }
        }
        if self.deadline().is_none_or(|deadline| deadline <= now) {
            out.extend(self.held.take());
        }
        if !out.is_empty() {
            self.sent_at = Some(now);
        }
        out
    }

    /// Returns when what is held must go out; in the past when it may go at once.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.held.as_ref().and(self.sent_at).map(|sent| sent + WINDOW)
    }

    /// Gives what is held.
    pub(super) fn flush(&mut self, now: Instant) -> Option<(Channel, String)> {
        self.sent_at = Some(now);
        self.held.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(start: Instant, after: u64) -> Instant {
        start + Duration::from_millis(after)
    }

    #[test]
    fn the_first_piece_goes_at_once_and_the_next_wait_for_the_frame() {
        let start = Instant::now();
        let mut coalescer = Coalescer::default();
        let text = |t: &str| (Channel::Text, t.to_owned());
        assert_eq!(coalescer.push(Channel::Text, "a".into(), start), [text("a")]);
        assert_eq!(coalescer.push(Channel::Text, "b".into(), ms(start, 5)), []);
        assert_eq!(coalescer.push(Channel::Text, "c".into(), ms(start, 9)), []);
        assert_eq!(coalescer.deadline(), Some(ms(start, 20)));
        assert_eq!(coalescer.flush(ms(start, 20)), Some(text("bc")));
        assert_eq!(coalescer.deadline(), None);
        assert_eq!(coalescer.push(Channel::Text, "d".into(), ms(start, 50)), [text("d")]);
    }

    #[test]
    fn a_change_of_channel_sends_what_is_held_first() {
        let start = Instant::now();
        let mut coalescer = Coalescer::default();
        coalescer.push(Channel::Reasoning, "hm".into(), start);
        coalescer.push(Channel::Reasoning, " well".into(), ms(start, 1));
        let out = coalescer.push(Channel::Text, "Yes".into(), ms(start, 2));
        assert_eq!(out, [(Channel::Reasoning, " well".to_owned())]);
        assert_eq!(coalescer.flush(ms(start, 3)), Some((Channel::Text, "Yes".to_owned())));
    }
}
