//! On which dashboard figures live.

/// A dashboard and the key figures on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Board {
    /// Its address.
    pub slug: String,
    /// The slugs of its key figures.
    pub kpis: Vec<String>,
}

/// Returns the address of the dashboard that shows most of some figures, the first of equals; none
/// when no dashboard shows any.
pub(crate) fn home_of<'a>(boards: &'a [Board], kpis: &[&str]) -> Option<&'a str> {
    let shown = |board: &Board| board.kpis.iter().filter(|kpi| kpis.contains(&kpi.as_str())).count();
    let most = boards.iter().map(shown).max().filter(|most| *most > 0)?;
    boards.iter().find(|board| shown(board) == most).map(|board| board.slug.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(slug: &str, kpis: &[&str]) -> Board {
        Board { slug: slug.to_owned(), kpis: kpis.iter().map(|kpi| (*kpi).to_owned()).collect() }
    }

    #[test]
    fn figures_live_where_most_of_them_are_shown() {
        let boards =
            [board("empty", &[]), board("sales", &["revenue"]), board("health", &["revenue", "margin"])];
        assert_eq!(home_of(&boards, &["revenue", "margin"]), Some("health"));
        assert_eq!(home_of(&boards, &["revenue"]), Some("sales"));
        assert_eq!(home_of(&boards, &["churn"]), None);
        assert_eq!(home_of(&[], &["revenue"]), None);
    }
}
