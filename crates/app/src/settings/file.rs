//! config.toml: read with the line of every mistake, written back with every comment kept.

use std::path::Path;

use toml::{Table, Value};
use toml_edit::{DocumentMut, Item};

use super::layers::SettingsError;

/// Reads the user's file over the defaults. A missing file says nothing.
pub(super) fn read(path: &Path, defaults: &Table) -> Result<Table, SettingsError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Table::new()),
        Err(error) => {
            return Err(SettingsError::Unreadable {
                path: path.into(),
                reason: error.to_string(),
            });
        }
    };
    let wrong = |line: usize, says: String| SettingsError::Wrong {
        path: path.into(),
        line,
        says,
    };
    let document = toml_edit::Document::parse(text.as_str()).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        wrong(line_of(&text, at), error.message().to_owned())
    })?;
    for (section, item) in document.iter() {
        let line = |item: &Item| line_of(&text, item.span().map_or(0, |span| span.start));
        let Some(known) = defaults.get(section).and_then(Value::as_table) else {
            return Err(wrong(line(item), format!("unknown section [{section}]")));
        };
        let Some(table) = item.as_table_like() else {
            return Err(wrong(
                line(item),
                format!("{section} must be a section: [{section}]"),
            ));
        };
        for (key, item) in table.iter() {
            let Some(default) = known.get(key) else {
                let near = known.keys().min_by_key(|name| distance(name, key));
                let hint = near
                    .map(|name| format!(", did you mean {name}?"))
                    .unwrap_or_default();
                return Err(wrong(
                    line(item),
                    format!("unknown setting {section}.{key}{hint}"),
                ));
            };
            let expected = default.type_str();
            let found = item.type_name();
            let fits = found == expected || (found == "integer" && expected == "float");
            if !fits {
                let says = format!("{section}.{key} must be of type {expected}, not {found}");
                return Err(wrong(line(item), says));
            }
        }
    }
    text.parse::<Table>()
        .map_err(|error| wrong(0, error.message().to_owned()))
}

/// Sets values in the file; everything else stays as it is, comments included.
pub(super) fn write(path: &Path, changes: &[(String, Value)]) -> Result<(), SettingsError> {
    let unwritable = |reason: String| SettingsError::Unwritable {
        path: path.into(),
        reason,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unwritable(error.to_string())),
    };
    let mut document: DocumentMut =
        text.parse()
            .map_err(|error: toml_edit::TomlError| SettingsError::Wrong {
                path: path.into(),
                line: 0,
                says: error.message().to_owned(),
            })?;
    for (key, value) in changes {
        let Some((section, key)) = key.split_once('.') else {
            continue;
        };
        let value: toml_edit::Value = value
            .to_string()
            .parse()
            .map_err(|_| unwritable(format!("{section}.{key}")))?;
        let table = document.entry(section).or_insert(toml_edit::table());
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = value;
                *old.decor_mut() = decor;
            }
            None => table[key] = toml_edit::value(value),
        }
    }
    crate::files::replace(path, document.to_string().as_bytes())
        .map_err(|error| unwritable(error.to_string()))
}

/// The line on which the file sets something; `None` if it does not.
pub(super) fn line_of_setting(path: &Path, key: &str) -> Option<usize> {
    let (section, key) = key.split_once('.')?;
    let text = std::fs::read_to_string(path).ok()?;
    let document = toml_edit::Document::parse(text.as_str()).ok()?;
    let span = document.get(section)?.get(key)?.span()?;
    Some(line_of(&text, span.start))
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// Letters that differ, roughly: enough to guess at a typing mistake.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.bytes().enumerate() {
            let cost = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
