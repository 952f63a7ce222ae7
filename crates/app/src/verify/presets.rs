//! The shapes of requests that can be chosen: those that are compiled in, and the user's own as files.

use std::path::PathBuf;

use ::verify::Preset;

use super::error::VerifyError;
use crate::app::App;
use crate::view::PresetView;

/// Longest name of a preset, characters.
const LONGEST: usize = 60;

/// Largest file that is read as a preset.
const LARGEST: u64 = 4 * 1024 * 1024;

impl App {
    /// All shapes, the user's own last. A file that is none is left out.
    pub fn presets(&self) -> Result<Vec<PresetView>, VerifyError> {
        let bundled = Preset::bundled()?.into_iter();
        let mut views: Vec<PresetView> = bundled.map(|preset| view(preset, false)).collect();
        let Ok(files) = std::fs::read_dir(self.preset_dir()) else {
            return Ok(views);
        };
        let mut own: Vec<PresetView> = files
            .flatten()
            .filter(|file| file.metadata().is_ok_and(|about| about.len() <= LARGEST))
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .filter_map(|text| match Preset::read(&text) {
                Ok(preset) => Some(view(preset, true)),
                Err(error) => {
                    tracing::warn!(%error, "a preset cannot be read");
                    None
                }
            })
            .collect();
        own.sort_by(|one, other| one.name.cmp(&other.name));
        views.extend(own);
        Ok(views)
    }

    /// A shape by name; the plain one for an empty name.
    pub(crate) fn preset(&self, name: &str) -> Result<Preset, VerifyError> {
        let name = match name.trim() {
            "" => ::verify::PLAIN,
            name => name,
        };
        let mut bundled = Preset::bundled()?.into_iter();
        if let Some(preset) = bundled.find(|preset| preset.name == name) {
            return Ok(preset);
        }
        let missing = || VerifyError::NoSuchPreset(name.to_owned());
        let file = self.preset_file(name)?;
        let text = std::fs::read_to_string(file).map_err(|_| missing())?;
        Ok(Preset::read(&text)?)
    }

    /// Makes a shape of a recorded exchange. Credentials, identifiers and the conversation stay behind.
    pub async fn save_preset(&self, name: &str, exchange: &str) -> Result<PresetView, VerifyError> {
        let name = name.trim();
        let file = self.preset_file(name)?;
        if Preset::bundled()?.iter().any(|preset| preset.name == name) {
            return Err(VerifyError::PresetTaken(name.to_owned()));
        }
        let lost = |error: crate::query::QueryError| VerifyError::NoExchange(error.to_string());
        let detail = self.queries().detail(exchange.to_owned(), false).await;
        let detail = detail.map_err(lost)?;
        let part = crate::query::Part::Request;
        let body = self.queries().body(exchange.to_owned(), part).await;
        let (_, body) = body.map_err(lost)?;
        let headers = detail.request_headers.iter().filter(|it| !it.secret);
        let headers: Vec<(String, String)> = headers
            .map(|it| (it.name.clone(), it.value.clone()))
            .collect();
        let unread = |error: serde_json::Error| VerifyError::Unreadable(error.to_string());
        let body: serde_json::Value = serde_json::from_slice(&body).map_err(unread)?;
        let dialect = wire::Dialect::of_path(&detail.row.path);
        let preset = Preset::recorded(name, dialect.name(), &detail.row.path, &headers, &body);
        let text = toml::to_string_pretty(&preset);
        let text = text.map_err(|error| VerifyError::Unreadable(error.to_string()))?;
        let unwritable = |error: std::io::Error| VerifyError::Unreadable(error.to_string());
        crate::files::private_directory(&self.preset_dir()).map_err(unwritable)?;
        crate::files::replace(&file, text.as_bytes()).map_err(unwritable)?;
        Ok(view(preset, true))
    }

    /// Forgets a shape of the user's own.
    pub fn remove_preset(&self, name: &str) -> Result<(), VerifyError> {
        let file = self.preset_file(name)?;
        std::fs::remove_file(file).map_err(|_| VerifyError::NoSuchPreset(name.to_owned()))
    }

    fn preset_dir(&self) -> PathBuf {
        self.data_dir().join("presets")
    }

    /// A file below the directory of presets, whatever the name is.
    fn preset_file(&self, name: &str) -> Result<PathBuf, VerifyError> {
        let fits = |letter: char| letter.is_alphanumeric() || " -_.".contains(letter);
        let good = !name.is_empty() && !name.starts_with('.') && name.chars().all(fits);
        if !good || name.chars().count() > LONGEST {
            return Err(VerifyError::BadPresetName(name.to_owned()));
        }
        Ok(self.preset_dir().join(format!("{name}.toml")))
    }
}

fn view(preset: Preset, own: bool) -> PresetView {
    PresetView {
        name: preset.name,
        dialect: preset.dialect,
        path: preset.path,
        source: preset.source,
        as_of: preset.as_of.map(|day| day.to_string()),
        own,
    }
}
