//! Files become a catalog: names are tied to what they mean, and what contradicts itself is refused.

use std::sync::Arc;

use base::Currency;

use crate::catalog::Catalog;
use crate::entry::{Shared, money, row, time};
use crate::error::{PriceError, Problem};
use crate::factor::Factor;
use crate::file::{ModelEntry, PriceFile, ToolEntry};
use crate::model::{Confidence, Model};
use crate::names::Named;
use crate::place::Place;
use crate::row::{Provenance, Row};
use crate::tool::ToolPrice;
use crate::window::{Holidays, Window};

/// Vendor of a file that does not name one.
const NO_VENDOR: &str = "user";

/// Adds a layer of files to the catalog; their rows go before those of earlier layers.
pub(crate) fn add_layer(
    catalog: &mut Catalog,
    layer: u8,
    files: Vec<(&str, PriceFile)>,
) -> Result<(), PriceError> {
    let mut rest = Vec::with_capacity(files.len());
    for (file, mut entries) in files {
        add_calendars(catalog, file, &entries)?;
        catalog.names.add(std::mem::take(&mut entries.names));
        let sources = std::mem::take(&mut entries.sources);
        catalog.sources.extend(
            sources
                .into_iter()
                .map(|(key, source)| (key.into(), source)),
        );
        if let Some(version) = entries.version.take() {
            catalog.version = version.into();
        }
        rest.push((file, entries));
    }
    for (file, entries) in &rest {
        add_windows(catalog, file, entries)?;
    }
    let mut aliases = Vec::new();
    for (file, entries) in rest {
        let vendor: Arc<str> = entries.vendor.as_deref().unwrap_or(NO_VENDOR).into();
        for tool in entries.server_tool {
            let tool = tool_price(catalog, file, layer, &vendor, tool)?;
            catalog.tools.push(tool);
        }
        for model in entries.model {
            add_model(catalog, file, layer, &vendor, model)?;
        }
        aliases.extend(entries.aliases.into_iter().map(|alias| (file, alias)));
    }
    for (file, (alias, id)) in aliases {
        let row = "aliases";
        let Some(Named::Id(model)) = catalog.names.meaning(&id) else {
            return Err(Place { file, row }.error(&alias, Problem::Unexplained(id)));
        };
        catalog.names.set(&alias.into(), Named::Alias(model));
    }
    Ok(())
}

fn add_calendars(catalog: &mut Catalog, file: &str, entries: &PriceFile) -> Result<(), PriceError> {
    for (name, years) in &entries.holidays {
        let holidays = Holidays::read(years).map_err(|(year, problem)| {
            let row = &format!("holidays.{name}");
            Place { file, row }.error(&year, problem)
        })?;
        catalog
            .calendars
            .insert(name.as_str().into(), Arc::new(holidays));
    }
    Ok(())
}

fn add_windows(catalog: &mut Catalog, file: &str, entries: &PriceFile) -> Result<(), PriceError> {
    for (name, entry) in &entries.windows {
        let window = Window::read(entry, &catalog.calendars).map_err(|(field, problem)| {
            let row = &format!("windows.{name}");
            Place { file, row }.error(field, problem)
        })?;
        catalog
            .windows
            .insert(name.as_str().into(), Arc::new(window));
    }
    Ok(())
}

fn tool_price(
    catalog: &Catalog,
    file: &str,
    layer: u8,
    vendor: &Arc<str>,
    entry: ToolEntry,
) -> Result<ToolPrice, PriceError> {
    let place = Place {
        file,
        row: &entry.id,
    };
    Ok(ToolPrice {
        vendor: Arc::clone(vendor),
        counts: entry.counts,
        models: entry.models.into_iter().map(Arc::from).collect(),
        currency: entry.currency,
        per_thousand: money(place, "per_thousand", &entry.per_thousand)?,
        from: time(place, "from", entry.from)?,
        sources: sources(catalog, place, &entry.sources)?,
        notes: entry.notes.map(Arc::from),
        layer,
        id: entry.id.into(),
    })
}

/// Adds a model, or rows and attributes on top of a model of an earlier layer.
fn add_model(
    catalog: &mut Catalog,
    file: &str,
    layer: u8,
    vendor: &Arc<str>,
    mut entry: ModelEntry,
) -> Result<(), PriceError> {
    let mut rows = rows_of(catalog, file, layer, &mut entry)?;
    let place = Place {
        file,
        row: &entry.id,
    };
    let known = catalog
        .models
        .iter()
        .position(|model| *model.id == *entry.id);
    let index = known.unwrap_or_else(|| {
        catalog.models.push(Model::unpriced(&entry.id, vendor));
        catalog.models.len() - 1
    });
    let model = &mut catalog.models[index];
    if model.rows.last().is_some_and(|row| row.layer == layer) {
        return Err(place.error("id", Problem::Twice(entry.id.clone())));
    }
    model.rows.append(&mut rows);
    set_attributes(model, place, &entry)?;
    let id = Arc::clone(&model.id);
    let aliases: Vec<Arc<str>> = entry
        .aliases
        .iter()
        .map(|alias| alias.as_str().into())
        .collect();
    model.aliases = model.aliases.iter().chain(&aliases).cloned().collect();
    let id = known.is_none().then_some((id, Named::Id(index)));
    for (name, named) in id.into_iter().chain(
        aliases
            .into_iter()
            .map(|alias| (alias, Named::Alias(index))),
    ) {
        let before = catalog.names.set(&name, named);
        // The user's names may replace bundled ones; bundled ones may not replace each other.
        if layer == 0 && matches!(before, Some(Named::Id(_) | Named::Alias(_))) {
            return Err(place.error("aliases", Problem::Twice(name.to_string())));
        }
    }
    Ok(())
}

fn rows_of(
    catalog: &Catalog,
    file: &str,
    layer: u8,
    entry: &mut ModelEntry,
) -> Result<Vec<Row>, PriceError> {
    let place = Place {
        file,
        row: &entry.id,
    };
    let provenance = Provenance {
        sources: sources(catalog, place, &entry.sources)?,
        confidence: entry.confidence.unwrap_or(Confidence::User),
        notes: entry.notes.as_deref().map(Arc::from),
    };
    let shared = Shared {
        model: &entry.id,
        currency: entry.currency.unwrap_or(Currency::Usd),
        provenance: Arc::new(provenance),
        layer,
        windows: &catalog.windows,
    };
    let mut rows: Vec<Row> = Vec::with_capacity(entry.price.len());
    for period in std::mem::take(&mut entry.price) {
        let row = row(file, &shared, period)?;
        if let Some(rival) = rows.iter().find(|other| row.rivals(other)) {
            let place = Place { file, row: &row.id };
            return Err(place.error("from", Problem::Overlaps(rival.id.to_string())));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn set_attributes(
    model: &mut Model,
    place: Place<'_>,
    entry: &ModelEntry,
) -> Result<(), PriceError> {
    let factor = |field: &str, text: &str| {
        let factor = text.parse::<Factor>();
        factor.map_err(|problem| place.error(field, problem))
    };
    if let Some(batch) = &entry.batch_multiplier {
        model.batch = factor("batch_multiplier", batch)?;
    }
    for (name, text) in &entry.multipliers {
        model.set_modifier(name, factor("multipliers", text)?);
    }
    model.context = entry.context.or(model.context);
    model.cache_min_tokens = entry.cache_min_tokens.or(model.cache_min_tokens);
    model.deprecated = entry
        .deprecated
        .as_deref()
        .map(Arc::from)
        .or(model.deprecated.take());
    Ok(())
}

fn sources(
    catalog: &Catalog,
    place: Place<'_>,
    keys: &[String],
) -> Result<Box<[Arc<str>]>, PriceError> {
    let sources = keys.iter().map(|key| {
        let known = catalog.sources.get_key_value(key.as_str());
        let known = known.map(|(key, _)| Arc::clone(key));
        known.ok_or_else(|| place.error("sources", Problem::Unexplained(key.clone())))
    });
    sources.collect()
}
