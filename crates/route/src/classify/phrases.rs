//! The table of `config/routing/phrases.toml`.

use serde::Deserialize;

use super::body::ErrorBody;
use super::normal::normal;
use crate::cause::Cause;
use crate::error::RoutingFileError;
use crate::verdict::Scope;

pub(super) const FILE: &str = "phrases.toml";
pub(super) const TEXT: &str = include_str!("../../../../config/routing/phrases.toml");

/// The rows in their order: the first that fits holds.
#[derive(Clone, Debug)]
pub(super) struct Phrases(Vec<Row>);

/// One row. Every condition that it has must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) cause: Cause,
    /// Where it is not the cause's usual one.
    pub(super) scope: Option<Scope>,
    /// One of these statuses; none means any.
    #[serde(default)]
    status: Vec<u16>,
    /// One of these is a code, type or status of the body.
    #[serde(default)]
    codes: Vec<String>,
    /// One of these stands in the message.
    #[serde(default)]
    says: Vec<String>,
    /// Where it was seen.
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    row: Vec<Row>,
}

impl Phrases {
    /// Reads the table.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, RoutingFileError> {
        let read: File =
            toml::from_str(text).map_err(|error| RoutingFileError::toml(file, text, &error))?;
        let wrong = |field: &str, problem| {
            Err(RoutingFileError::Value {
                file: file.to_owned(),
                field: field.to_owned(),
                problem,
            })
        };
        for row in &read.row {
            if row.source.is_empty() {
                return wrong("source", "a row has to say where it was seen");
            }
            if row.codes.is_empty() && row.says.is_empty() {
                return wrong(
                    &row.source,
                    "a row needs codes or words: bare statuses are not data",
                );
            }
            if let Some(text) = row
                .says
                .iter()
                .find(|text| normal(text) != **text || text.is_empty())
            {
                return wrong(
                    text,
                    "words stand here as they are compared: lower case, narrow signs",
                );
            }
            if let Some(code) = row.codes.iter().find(|code| code.to_lowercase() != **code) {
                return wrong(code, "codes stand here in lower case");
            }
        }
        Ok(Self(read.row))
    }

    /// The first row that fits.
    pub(super) fn find(&self, status: u16, body: &ErrorBody) -> Option<&Row> {
        self.0.iter().find(|row| row.fits(status, body))
    }
}

impl Row {
    fn fits(&self, status: u16, body: &ErrorBody) -> bool {
        (self.status.is_empty() || self.status.contains(&status))
            && (self.codes.is_empty() || self.codes.iter().any(|code| body.codes.contains(code)))
            && (self.says.is_empty()
                || self
                    .says
                    .iter()
                    .any(|text| body.words.contains(text.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_table_is_right() {
        assert!(Phrases::parse(FILE, TEXT).unwrap().0.len() > 30);
    }

    #[test]
    fn a_row_that_could_never_fit_is_refused() {
        let refused = |text: &str| Phrases::parse("mine.toml", text).unwrap_err().to_string();
        let head = "[[row]]\ncause = \"pool_busy\"\nsource = \"here\"\n";
        assert!(refused(head).contains("needs codes or words"));
        assert!(refused(&format!("{head}says = [\"Busy\"]")).contains("lower case"));
        assert!(refused(&format!("{head}words = [\"busy\"]")).contains("unknown field"));
        assert!(refused("[[row]]\ncause = \"tired\"\nsource = \"x\"").contains("line 2"));
    }
}
