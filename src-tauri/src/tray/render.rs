//! Puts a [`TrayModel`] on the screen and changes in place what differs. Main thread only.

use tauri::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};

use super::icon;
use super::model::{Command, Entry, Switch, TrayModel};
use crate::platform::Ink;

/// Id of the item on the bus, which some panels show and sort by.
pub(crate) const ID: &str = "relayscope";

/// The tray as it is shown now.
pub(crate) struct Rendered {
    icon: TrayIcon,
    items: Vec<Item>,
    shown: TrayModel,
    ink: Ink,
}

/// The native counterpart of an [`Entry`].
enum Item {
    Line(MenuItem<Wry>),
    Check(CheckMenuItem<Wry>),
    Choice(Submenu<Wry>, Vec<CheckMenuItem<Wry>>),
    Separator(PredefinedMenuItem<Wry>),
}

impl Rendered {
    /// Shows the tray. Fails where nobody shows trays, which is not the end of the program.
    pub(crate) fn new(handle: &AppHandle, model: TrayModel, ink: Ink) -> tauri::Result<Self> {
        let (menu, items) = menu(handle, &model.entries)?;
        let mut builder = TrayIconBuilder::with_id(ID)
            .icon_as_template(true)
            .tooltip(&model.tip)
            .menu(&menu)
            // Where a left click has its own meaning by habit: it shows the window.
            .show_menu_on_left_click(cfg!(target_os = "macos"));
        if let Some(picture) = icon::picture(model.mark, ink, icon::height(handle)) {
            builder = builder.icon(picture);
        }
        if cfg!(target_os = "linux") {
            // The headline of the tip; on macOS it would be text beside the icon.
            builder = builder.title("Relayscope");
        }
        Ok(Self {
            icon: builder.build(handle)?,
            items,
            shown: model,
            ink,
        })
    }

    /// Changes what differs from what is shown.
    pub(crate) fn apply(&mut self, model: TrayModel, ink: Ink) -> tauri::Result<()> {
        if (model.mark, ink) != (self.shown.mark, self.ink) {
            let height = icon::height(self.icon.app_handle());
            self.icon.set_icon(icon::picture(model.mark, ink, height))?;
            self.icon.set_icon_as_template(true)?;
        }
        if model.tip != self.shown.tip {
            self.icon.set_tooltip(Some(&model.tip))?;
        }
        if same_shape(&model.entries, &self.shown.entries) {
            for ((item, entry), shown) in self
                .items
                .iter()
                .zip(&model.entries)
                .zip(&self.shown.entries)
            {
                item.update(entry, shown)?;
            }
        } else {
            let (menu, items) = menu(self.icon.app_handle(), &model.entries)?;
            self.icon.set_menu(Some(menu))?;
            self.items = items;
        }
        self.shown = model;
        self.ink = ink;
        Ok(())
    }
}

impl Item {
    fn new(handle: &AppHandle, entry: &Entry) -> tauri::Result<Self> {
        let no_key = None::<&str>;
        Ok(match entry {
            Entry::Action(command, text) => {
                let id = command.id().into_owned();
                Self::Line(MenuItem::with_id(handle, id, text, true, no_key)?)
            }
            Entry::Note(text) => Self::Line(MenuItem::new(handle, text, false, no_key)?),
            Entry::Check(command, text, switch) => {
                Self::Check(check(handle, command, text, *switch)?)
            }
            Entry::Choice(text, of) => {
                let item = |(command, text, switch): &(Command, String, Switch)| {
                    check(handle, command, text, *switch)
                };
                let items = of.iter().map(item).collect::<Result<Vec<_>, _>>()?;
                let native: Vec<_> = items
                    .iter()
                    .map(|item| item as &dyn IsMenuItem<Wry>)
                    .collect();
                Self::Choice(Submenu::with_items(handle, text, true, &native)?, items)
            }
            Entry::Separator => Self::Separator(PredefinedMenuItem::separator(handle)?),
        })
    }

    fn update(&self, entry: &Entry, shown: &Entry) -> tauri::Result<()> {
        match (self, entry) {
            (Self::Line(item), Entry::Action(_, text) | Entry::Note(text)) if entry != shown => {
                item.set_text(text)
            }
            (Self::Choice(menu, items), Entry::Choice(text, of)) => {
                for (item, (_, text, switch)) in items.iter().zip(of) {
                    tick(item, *switch)?;
                    if entry != shown {
                        item.set_text(text)?;
                    }
                }
                if entry != shown {
                    menu.set_text(text)
                } else {
                    Ok(())
                }
            }
            (Self::Check(item), Entry::Check(_, text, switch)) => {
                tick(item, *switch)?;
                if entry != shown {
                    item.set_text(text)
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        }
    }

    fn native(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Self::Line(item) => item,
            Self::Check(item) => item,
            Self::Choice(menu, _) => menu,
            Self::Separator(item) => item,
        }
    }
}

fn check(
    handle: &AppHandle,
    command: &Command,
    text: &str,
    switch: Switch,
) -> tauri::Result<CheckMenuItem<Wry>> {
    let (id, on) = (command.id().into_owned(), switch == Switch::On);
    CheckMenuItem::with_id(handle, id, text, true, on, None::<&str>)
}

/// A click moves the tick by itself, so what was shown says nothing about it.
fn tick(item: &CheckMenuItem<Wry>, switch: Switch) -> tauri::Result<()> {
    let on = switch == Switch::On;
    if item.is_checked()? != on {
        item.set_checked(on)?;
    }
    Ok(())
}

fn menu(handle: &AppHandle, entries: &[Entry]) -> tauri::Result<(Menu<Wry>, Vec<Item>)> {
    let items = entries
        .iter()
        .map(|entry| Item::new(handle, entry))
        .collect::<Result<Vec<_>, _>>()?;
    let native: Vec<_> = items.iter().map(Item::native).collect();
    Ok((Menu::with_items(handle, &native)?, items))
}

/// Whether two menus differ only in words and ticks.
fn same_shape(left: &[Entry], right: &[Entry]) -> bool {
    let same = |pair: (&Entry, &Entry)| match pair {
        (Entry::Action(one, _), Entry::Action(other, _)) => one == other,
        (Entry::Check(one, ..), Entry::Check(other, ..)) => one == other,
        (Entry::Choice(_, one), Entry::Choice(_, other)) => {
            let commands = |of: &[(Command, String, Switch)]| {
                of.iter()
                    .map(|(command, ..)| command.clone())
                    .collect::<Vec<_>>()
            };
            commands(one) == commands(other)
        }
        (Entry::Note(_), Entry::Note(_)) | (Entry::Separator, Entry::Separator) => true,
        _ => false,
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_and_ticks_are_changed_in_place() {
        let check = |text: &str, switch| Entry::Check(Command::Proxy, text.into(), switch);
        let note = |text: &str| Entry::Note(text.into());
        assert!(same_shape(
            &[check("a", Switch::On)],
            &[check("b", Switch::Off)]
        ));
        assert!(same_shape(
            &[note("1"), Entry::Separator],
            &[note("2"), Entry::Separator]
        ));
        assert!(!same_shape(&[note("1")], &[note("1"), Entry::Separator]));
        assert!(!same_shape(&[note("1")], &[check("1", Switch::On)]));
    }
}
