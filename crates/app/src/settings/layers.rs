//! The layers put together, and changes written back.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use toml::{Table, Value};

use super::values::{AT_START, SECRETS, Settings};
use super::{environment, file};

/// The defaults with their comments.
const DEFAULT: &str = include_str!("../../../../config/default.toml");

/// A value from the command line: setting and text.
pub type Override = (&'static str, String);

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{} cannot be read ({reason})", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file holds a mistake. Nothing has been changed.
    #[error("{}, line {line}: {says}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// What is wrong.
        says: String,
    },
    /// A value is out of its range, or of the wrong type.
    #[error("{key} (from {source_name}) {says}")]
    Value {
        /// The setting.
        key: String,
        /// Where the value is from.
        source_name: String,
        /// What is wrong.
        says: String,
    },
    /// No such setting.
    #[error("there is no setting {0}")]
    Unknown(String),
    /// The file cannot be written.
    #[error("{} cannot be written ({reason})", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
}

/// The settings in force, and where changes go.
#[derive(Debug)]
pub struct SettingsStore {
    path: PathBuf,
    /// Environment and command line: setting, source, value.
    above: Vec<(String, String, Value)>,
    now: ArcSwap<Settings>,
    at_start: Settings,
    writing: Mutex<()>,
}

impl SettingsStore {
    /// Reads all layers.
    pub fn load(
        path: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
        overrides: &[Override],
    ) -> Result<Self, SettingsError> {
        let defaults = defaults()?;
        let mut above = Vec::new();
        let told = environment::told(variable)
            .into_iter()
            .map(|(name, key, text)| (key, name.to_owned(), text))
            .chain(
                overrides
                    .iter()
                    .map(|(key, text)| (*key, "the command line".to_owned(), text.clone())),
            );
        for (key, source_name, text) in told {
            let default = lookup(&defaults, key).ok_or(SettingsError::Unknown(key.to_owned()))?;
            let Some(value) = environment::value_like(default, &text) else {
                let says = format!("must be of type {}", default.type_str());
                return Err(SettingsError::Value {
                    key: key.to_owned(),
                    source_name,
                    says,
                });
            };
            above.push((key.to_owned(), source_name, value));
        }
        let settings = combine(&defaults, path, &above)?;
        Ok(Self {
            path: path.to_owned(),
            above,
            at_start: settings.clone(),
            now: ArcSwap::from_pointee(settings),
            writing: Mutex::new(()),
        })
    }

    /// The settings in force.
    pub fn now(&self) -> Arc<Settings> {
        self.now.load_full()
    }

    /// The file that changes go to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Settings that the environment or the command line decides: changes in the app do not show.
    pub fn overridden(&self) -> Vec<String> {
        self.above.iter().map(|(key, _, _)| key.clone()).collect()
    }

    /// Settings that differ from those the program started with and hold from the next start on.
    pub fn needs_restart(&self) -> Vec<&'static str> {
        let (before, after) = (as_table(&self.at_start), as_table(&self.now()));
        let differs = |key: &&&str| lookup(&before, key) != lookup(&after, key);
        AT_START.iter().filter(differs).copied().collect()
    }

    /// Changes some settings: all of them, or on a mistake none.
    pub fn change(
        &self,
        changes: &[(String, serde_json::Value)],
    ) -> Result<Arc<Settings>, SettingsError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let defaults = defaults()?;
        let mut values = Vec::new();
        for (key, json) in changes {
            let unknown = || SettingsError::Unknown(key.clone());
            let default = lookup(&defaults, key).ok_or_else(unknown)?;
            let value = from_json(default, json).ok_or_else(|| SettingsError::Value {
                key: key.clone(),
                source_name: "the panel".to_owned(),
                says: format!("must be of type {}", default.type_str()),
            })?;
            values.push((key.clone(), value));
        }
        let mut table = file::read(&self.path, &defaults)?;
        for (key, value) in &values {
            set(&mut table, key, value.clone());
        }
        let settings = build(&defaults, &table, &self.above, &self.path)?;
        file::write(&self.path, &values)?;
        let settings = Arc::new(settings);
        self.now.store(settings.clone());
        Ok(settings)
    }

    /// The settings as JSON, secrets masked.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(&*self.now()).unwrap_or_default();
        for key in SECRETS {
            let pointer = format!("/{}", key.replace('.', "/"));
            if let Some(value) = json.pointer_mut(&pointer)
                && let Some(text) = value.as_str().filter(|text| !text.is_empty())
            {
                *value = base::secret::mask(text).into();
            }
        }
        json
    }
}

fn defaults() -> Result<Table, SettingsError> {
    DEFAULT
        .parse()
        .map_err(|error: toml::de::Error| SettingsError::Wrong {
            path: "config/default.toml".into(),
            line: 0,
            says: error.message().to_owned(),
        })
}

fn combine(
    defaults: &Table,
    path: &Path,
    above: &[(String, String, Value)],
) -> Result<Settings, SettingsError> {
    let table = file::read(path, defaults)?;
    build(defaults, &table, above, path)
}

fn build(
    defaults: &Table,
    file: &Table,
    above: &[(String, String, Value)],
    path: &Path,
) -> Result<Settings, SettingsError> {
    let mut all = defaults.clone();
    for (section, value) in file {
        for (key, value) in value.as_table().into_iter().flatten() {
            set(&mut all, &format!("{section}.{key}"), value.clone());
        }
    }
    for (key, _, value) in above {
        set(&mut all, key, value.clone());
    }
    let source_of = |key: &str| {
        let told = above.iter().rev().find(|(above, _, _)| above == key);
        match (told, file::line_of_setting(path, key)) {
            (Some((_, source_name, _)), _) => source_name.clone(),
            (None, Some(line)) => format!("{}, line {line}", path.display()),
            (None, None) => path.display().to_string(),
        }
    };
    let settings: Settings = all.clone().try_into().map_err(|error: toml::de::Error| {
        let key = unreadable(defaults, &all).unwrap_or_else(|| "a setting".to_owned());
        SettingsError::Value {
            source_name: source_of(&key),
            says: error.message().to_owned(),
            key,
        }
    })?;
    match settings.problem() {
        None => Ok(settings),
        Some((key, says)) => Err(SettingsError::Value {
            key: key.to_owned(),
            source_name: source_of(key),
            says,
        }),
    }
}

/// The setting whose value no type of ours can hold, for example -1 where a count is expected.
fn unreadable(defaults: &Table, all: &Table) -> Option<String> {
    let mut values = all.iter().flat_map(|(section, value)| {
        let table = value.as_table().into_iter().flatten();
        table.map(move |(key, value)| (format!("{section}.{key}"), value))
    });
    let alone = |(key, value): &(String, &Value)| {
        let mut one = defaults.clone();
        set(&mut one, key, (*value).clone());
        one.try_into::<Settings>().is_err()
    };
    values.find(alone).map(|(key, _)| key)
}

fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let (section, key) = key.split_once('.')?;
    table.get(section)?.get(key)
}

fn set(table: &mut Table, key: &str, value: Value) {
    let Some((section, key)) = key.split_once('.') else {
        return;
    };
    let section = table
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()));
    if let Some(section) = section.as_table_mut() {
        section.insert(key.to_owned(), value);
    }
}

fn as_table(settings: &Settings) -> Table {
    Table::try_from(settings).unwrap_or_default()
}

fn from_json(default: &Value, json: &serde_json::Value) -> Option<Value> {
    match default {
        Value::Integer(_) => json.as_i64().map(Value::Integer),
        Value::Float(_) => json.as_f64().map(Value::Float),
        Value::Boolean(_) => json.as_bool().map(Value::Boolean),
        Value::String(_) => json.as_str().map(|text| Value::String(text.to_owned())),
        Value::Array(_) => {
            let texts = json.as_array()?.iter().map(|text| text.as_str());
            let texts: Option<Vec<Value>> = texts
                .map(|text| text.map(|text| Value::String(text.to_owned())))
                .collect();
            texts.map(Value::Array)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn load(
        text: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<(SettingsStore, tempfile::TempDir), SettingsError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let variable = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Ok((SettingsStore::load(&path, &variable, &[])?, directory))
    }

    #[test]
    fn layers_in_order() {
        let file = "[server]\nport = 7000\n[capture]\nmax_history = 5\n";
        let (store, _directory) = load(
            Some(file),
            &[("LIVETOKEN_PORT", "7001"), ("ENABLE_CONSOLE", "false")],
        )
        .unwrap();
        let settings = store.now();
        assert_eq!(
            (settings.server.port, settings.capture.max_history),
            (7001, 5)
        );
        assert!(!settings.console.enable);
        assert!((settings.pricing.exchange_rate - 7.3).abs() < f64::EPSILON);
        assert_eq!(store.overridden(), ["server.port", "console.enable"]);
        let (store, _directory) =
            load(None, &[("LIVETOKEN_PORT", "1"), ("RELAYSCOPE_PORT", "2")]).unwrap();
        assert_eq!(store.now().server.port, 2, "the new name wins");
    }

    #[test]
    fn mistakes_name_file_line_and_key() {
        let says = |text: &str| load(Some(text), &[]).unwrap_err().to_string();
        let error = says("[server]\n\nprot = 1\n");
        assert!(
            error.ends_with("config.toml, line 3: unknown setting server.prot, did you mean port?"),
            "{error}"
        );
        assert!(
            says("[server]\nport = \"x\"\n")
                .ends_with("line 2: server.port must be of type integer, not string")
        );
        assert!(says("[sever]\nport = 1\n").contains("line 1: unknown section [sever]"));
        assert!(says("[server\n").contains("line 1"));
        let error = says("[capture]\n# too few\nmax_history = 0\n");
        assert!(
            error.contains("capture.max_history (from ") && error.contains("config.toml, line 3)"),
            "{error}"
        );
        assert!(says("[capture]\nretention_days = -3\n").contains("line 2"));
        let error = load(None, &[("RELAYSCOPE_PORT", "many")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("server.port (from RELAYSCOPE_PORT) must be of type integer"),
            "{error}"
        );
    }

    #[test]
    fn changes_keep_comments_and_come_whole_or_not_at_all() {
        let (store, _directory) = load(Some("# mine\n[server]\nport = 7000 # why\n"), &[]).unwrap();
        store
            .change(&[
                ("server.port".into(), json!(7001)),
                ("ui.theme".into(), json!("dark")),
            ])
            .unwrap();
        let text = std::fs::read_to_string(store.path()).unwrap();
        assert!(
            text.starts_with("# mine\n[server]\nport = 7001 # why\n"),
            "{text}"
        );
        assert_eq!(
            (store.now().server.port, &store.now().ui.theme[..]),
            (7001, "dark")
        );
        assert_eq!(store.needs_restart(), ["server.port"]);
        for bad in [
            ("ui.theme", json!("pink")),
            ("server.port", json!("x")),
            ("server.prt", json!(1)),
            ("capture.max_history", json!(0)),
        ] {
            let changes = [
                ("server.bind".to_owned(), json!("127.0.0.2")),
                (bad.0.to_owned(), bad.1.clone()),
            ];
            assert!(store.change(&changes).is_err(), "{bad:?}");
        }
        assert_eq!(std::fs::read_to_string(store.path()).unwrap(), text);
    }

    #[test]
    fn every_default_is_valid_and_secrets_are_masked() {
        let (store, _directory) = load(None, &[("API_KEY", "sk-0123456789abcdef7Qf2")]).unwrap();
        let json = store.to_json();
        assert_eq!(json["upstream"]["api_key"], "sk-••••••••7Qf2");
        assert_eq!(json["analyzer"]["similarity_threshold_warning"], 0.75);
    }
}
