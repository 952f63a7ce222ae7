//! Where in a file an error is. Only read when a file is wrong.

use crate::error::{PriceError, Problem};

/// The row of a file that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Name of the file.
    pub(crate) file: &'a str,
    /// Id of the row.
    pub(crate) row: &'a str,
}

impl Place<'_> {
    /// The problem of one field here.
    pub(crate) fn error(self, field: &str, problem: Problem) -> PriceError {
        PriceError::Value {
            file: self.file.to_owned(),
            row: self.row.to_owned(),
            field: field.to_owned(),
            problem,
        }
    }
}

/// What the TOML parser says, with the row and the field that it does not name.
pub(crate) fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> PriceError {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.lines().count() + usize::from(before.is_empty() || before.ends_with('\n'));
    let field = text.lines().nth(line - 1).unwrap_or_default();
    let field = field.split('=').next().unwrap_or_default().trim();
    PriceError::Toml {
        file: file.to_owned(),
        line,
        row: row_at(text, line),
        field: field.to_owned(),
        message: error.message().to_owned(),
    }
}

/// Id of the model or tool whose table the line stands in.
fn row_at(text: &str, line: usize) -> String {
    let starts = |line: &str| line.starts_with("[[model]]") || line.starts_with("[[server_tool]]");
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.get(..line).unwrap_or(&lines);
    let Some(start) = head.iter().rposition(|line| starts(line)) else {
        return "the file's head".to_owned();
    };
    let table = lines.iter().skip(start + 1);
    let mut table = table.take_while(|line| !line.starts_with("[["));
    let id = table.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "id").then(|| value.trim().trim_matches('"').to_owned())
    });
    id.unwrap_or_else(|| "a row without id".to_owned())
}
