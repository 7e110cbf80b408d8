//! Coalesces text deltas: the first is sent immediately, later ones at most once per window.

use std::time::Duration;
use tokio::time::Instant;

/// Maximum delay of a delta, between one and two frames of a 60 Hz display.
const COALESCE_WINDOW: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeltaKind {
    Text,
    Reasoning,
}

/// Buffers deltas that are not sent yet.
#[derive(Debug, Default)]
pub(super) struct Coalescer {
    pending: Option<(DeltaKind, String)>,
    sent_at: Option<Instant>,
}

impl Coalescer {
    /// Adds a delta and returns the deltas to send now, in order.
    pub(super) fn push(&mut self, kind: DeltaKind, text: String, now: Instant) -> Vec<(DeltaKind, String)> {
        let mut out = Vec::new();
        match &mut self.pending {
            Some((pending, buffer)) if *pending == kind => buffer.push_str(&text),
            _ => {
                out.extend(self.pending.take());
                self.pending = Some((kind, text));
            }
        }
        if self.deadline().is_none_or(|deadline| deadline <= now) {
            out.extend(self.pending.take());
        }
        if !out.is_empty() {
            self.sent_at = Some(now);
        }
        out
    }

    /// Returns the time by which the buffered delta must be sent.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.pending.as_ref().and(self.sent_at).map(|sent| sent + COALESCE_WINDOW)
    }

    /// Returns the buffered delta.
    pub(super) fn flush(&mut self, now: Instant) -> Option<(DeltaKind, String)> {
        self.sent_at = Some(now);
        self.pending.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(start: Instant, after: u64) -> Instant {
        start + Duration::from_millis(after)
    }

    #[test]
    fn the_first_delta_is_sent_immediately_and_later_ones_after_the_window() {
        let start = Instant::now();
        let mut coalescer = Coalescer::default();
        let text = |t: &str| (DeltaKind::Text, t.to_owned());
        assert_eq!(coalescer.push(DeltaKind::Text, "a".into(), start), [text("a")]);
        assert_eq!(coalescer.push(DeltaKind::Text, "b".into(), ms(start, 5)), []);
        assert_eq!(coalescer.push(DeltaKind::Text, "c".into(), ms(start, 9)), []);
        assert_eq!(coalescer.deadline(), Some(ms(start, 20)));
        assert_eq!(coalescer.flush(ms(start, 20)), Some(text("bc")));
        assert_eq!(coalescer.deadline(), None);
        assert_eq!(coalescer.push(DeltaKind::Text, "d".into(), ms(start, 50)), [text("d")]);
    }

    #[test]
    fn a_change_of_kind_flushes_the_buffered_delta_first() {
        let start = Instant::now();
        let mut coalescer = Coalescer::default();
        coalescer.push(DeltaKind::Reasoning, "hm".into(), start);
        coalescer.push(DeltaKind::Reasoning, " well".into(), ms(start, 1));
        let out = coalescer.push(DeltaKind::Text, "Yes".into(), ms(start, 2));
        assert_eq!(out, [(DeltaKind::Reasoning, " well".to_owned())]);
        assert_eq!(coalescer.flush(ms(start, 3)), Some((DeltaKind::Text, "Yes".to_owned())));
    }
}
