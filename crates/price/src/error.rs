//! What can be wrong with a price file.

/// A price file that cannot be used. It names the file, the row and the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The text is not TOML, or a field is unknown, missing or of the wrong type.
    #[error("{file}, line {line}, {row}, `{field}`: {message}")]
    Toml {
        /// Name of the file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// Id of the model or tool that the line belongs to, or `the file's head`.
        row: String,
        /// Name of the field on that line, or the line itself.
        field: String,
        /// What the parser says.
        message: String,
    },
    /// A field has a value that makes no sense.
    #[error("{file}, {row}, `{field}`: {problem}")]
    Value {
        /// Name of the file.
        file: String,
        /// Id of the row, model, tool, window or calendar.
        row: String,
        /// Name of the field.
        field: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A price or a factor is not a plain decimal.
    #[error(
        "\"{0}\" is not a plain decimal such as \"0.0123\", with at most nine digits on each side of the point"
    )]
    NotADecimal(String),
    /// A date or time cannot be placed in UTC.
    #[error("{0} is neither a date nor a time with an offset")]
    NotATime(String),
    /// A period ends before it begins.
    #[error("the period ends before it begins")]
    EndsBeforeItBegins,
    /// Not a lifetime of a cache.
    #[error("\"{0}\" is not a lifetime such as \"5m\" or \"1h\"")]
    NotALifetime(String),
    /// Not days of the week.
    #[error("\"{0}\" is not a span of days such as \"Mon-Fri\"")]
    NotWeekdays(String),
    /// Not a span of hours within a day.
    #[error("\"{0}\" is not a span within one day such as \"01:00-04:00\"")]
    NotHours(String),
    /// Not a day or a span of days of the year.
    #[error("\"{0}\" is not a day or a span of days such as \"10-01..10-07\"")]
    NotDays(String),
    /// A name that no file explains.
    #[error("no file explains \"{0}\"")]
    Unexplained(String),
    /// Something that is given twice.
    #[error("\"{0}\" is given twice")]
    Twice(String),
    /// Another row holds at the same time.
    #[error("it holds at the same time as row \"{0}\"")]
    Overlaps(String),
    /// Tiers that are not in ascending order.
    #[error("tiers have to ascend, and {0} does not")]
    NotAscending(u64),
    /// A price list in a second currency that leaves out what the first has.
    #[error("the second price list has to cover what the first covers, and cannot have tiers")]
    IncompleteList,
}
