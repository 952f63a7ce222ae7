//! The tray's pictures: three marks in two inks, drawn from `icons/tray*.svg`.

use tauri::AppHandle;
use tauri::image::Image;

use super::model::Mark;
use crate::platform::Ink;

/// One PNG: what it says, in which ink, how many pixels high.
type Picture = (Mark, Ink, u32, &'static [u8]);

macro_rules! pictures {
    ($($mark:ident $mark_name:literal $ink:ident $ink_name:literal: $($size:literal)+;)+) => {
        &[$($((
            Mark::$mark,
            Ink::$ink,
            $size,
            include_bytes!(concat!(
                "../../../icons/tray/", $mark_name, "-", $ink_name, "-", $size, ".png"
            )),
        ),)+)+]
    };
}

/// From small to large within each mark and ink.
static PICTURES: &[Picture] = pictures! {
    On "on" Black "black": 16 20 24 32 44;
    On "on" White "white": 16 20 24 32;
    Off "off" Black "black": 16 20 24 32 44;
    Off "off" White "white": 16 20 24 32;
    Alert "alert" Black "black": 16 20 24 32 44;
    Alert "alert" White "white": 16 20 24 32;
};

/// The picture of a mark, sharp at the screen's scale.
pub(crate) fn picture(mark: Mark, ink: Ink, height: u32) -> Option<Image<'static>> {
    let mut fitting = PICTURES
        .iter()
        .filter(|(its_mark, its_ink, ..)| (*its_mark, *its_ink) == (mark, ink));
    let (.., png) = fitting
        .clone()
        .find(|(.., pixels, _)| *pixels >= height)
        .or_else(|| fitting.next_back())?;
    Image::from_bytes(png).ok()
}

/// Pixels that the tray gives an icon here.
pub(crate) fn height(handle: &AppHandle) -> u32 {
    if cfg!(target_os = "macos") {
        return 44; // 22 points; two pixels each, and the system halves it elsewhere
    }
    if cfg!(target_os = "linux") {
        return 32; // panels are 22 to 32 px high and scale down better than up
    }
    let scale = handle
        .primary_monitor()
        .ok()
        .flatten()
        .map_or(1.0, |monitor| monitor.scale_factor());
    // Windows' small icon: 16 px at 96 dpi. Far below 2^32, so the cast cannot wrap.
    (16.0 * scale).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_a_picture_of_at_least_the_wanted_height() {
        for mark in [Mark::On, Mark::Off, Mark::Alert] {
            for ink in [Ink::Black, Ink::White] {
                for (wanted, drawn) in [(16, 16), (18, 20), (24, 24), (28, 32), (32, 32)] {
                    let picture = picture(mark, ink, wanted).map(|image| image.height());
                    assert_eq!(picture, Some(drawn), "{mark:?} {ink:?} {wanted}");
                }
            }
            assert_eq!(
                picture(mark, Ink::White, 64).map(|image| image.height()),
                Some(32)
            );
        }
    }
}
