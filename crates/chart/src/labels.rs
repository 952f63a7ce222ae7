//! The words in a picture, in the caller's language.

use jiff::civil::Date;

/// Words and patterns. `{day}` `{month}` (from [`Labels::months`]) `{mm}` `{dd}` `{year}` `{amount}` are filled in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// January to December, short.
    pub months: [String; 12],
    /// A day on an axis: `{day} {month}`.
    pub day: String,
    /// A month on an axis: `{month}`.
    pub month: String,
    /// A month on an axis that spans more than a year: `{month} {year}`.
    pub month_of_year: String,
    /// The last day of an axis that ends now.
    pub today: String,
    /// At the threshold: `alert at {amount}`.
    pub alert: String,
    /// Name of the series.
    pub balance: String,
    /// Name of the series.
    pub recharged: String,
    /// Name of the series.
    pub consumed: String,
    /// Name of the series.
    pub spent: String,
    /// What stands for everything that is too small for a row of its own.
    pub other: String,
}

impl Labels {
    pub(crate) fn day(&self, date: Date) -> String {
        self.fill(&self.day, date)
    }

    pub(crate) fn month(&self, date: Date) -> String {
        self.fill(&self.month, date)
    }

    pub(crate) fn month_of_year(&self, date: Date) -> String {
        self.fill(&self.month_of_year, date)
    }

    pub(crate) fn alert(&self, amount: &str) -> String {
        self.alert.replace("{amount}", amount)
    }

    fn fill(&self, pattern: &str, date: Date) -> String {
        let month = usize::try_from(date.month() - 1)
            .ok()
            .and_then(|index| self.months.get(index))
            .map(String::as_str)
            .unwrap_or_default();
        pattern
            .replace("{day}", &date.day().to_string())
            .replace("{dd}", &format!("{:02}", date.day()))
            .replace("{mm}", &format!("{:02}", date.month()))
            .replace("{year}", &date.year().to_string())
            .replace("{month}", month)
    }
}
