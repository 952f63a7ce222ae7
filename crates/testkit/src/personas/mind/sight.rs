//! Digits and colours of pictures.

use super::{Skill, Solved, Talk};

/// Digits of five by seven dots, a row per number, the leftmost dot highest.
const FIVE_BY_SEVEN: [[u8; 7]; 10] = [
    [14, 17, 19, 21, 25, 17, 14],
    [4, 12, 4, 4, 4, 4, 14],
    [14, 17, 1, 2, 4, 8, 31],
    [31, 2, 4, 2, 1, 17, 14],
    [2, 6, 10, 18, 31, 2, 2],
    [31, 16, 30, 1, 1, 17, 14],
    [6, 8, 16, 30, 17, 17, 14],
    [31, 1, 2, 4, 8, 8, 8],
    [14, 17, 17, 14, 17, 17, 14],
    [14, 17, 17, 15, 1, 2, 12],
];
/// Digits of three by five dots, as clocks show them.
const THREE_BY_FIVE: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 1, 1],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// A picture in black and white.
struct Ink {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

/// What a question wants to know of its pictures.
pub(crate) fn seen(talk: &Talk, question: &str, skill: Skill) -> Option<Solved> {
    let lower = question.to_lowercase();
    let picture = talk.pictures().next()?;
    let (width, height, pixels) = decode(picture)?;
    let at = question.len();
    if lower.contains("colo") {
        return Some(Solved {
            at,
            value: colour(&pixels).to_owned(),
            hard: false,
        });
    }
    if !["digit", "number", "code", "read", "text"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return Some(Solved {
            at,
            value: "A small synthetic picture without a clear subject.".to_owned(),
            hard: false,
        });
    }
    let mut read = digits(&Ink::of(width, height, &pixels));
    if skill == Skill::Weak && read.len() > 5 {
        read.pop();
    }
    (!read.is_empty()).then_some(Solved {
        at,
        value: read,
        hard: true,
    })
}

/// Width, height and red, green, blue.
fn decode(bytes: &[u8]) -> Option<(usize, usize, Vec<[u8; 3]>)> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut buffer = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut buffer).ok()?;
    let samples = frame.color_type.samples();
    let pixels = buffer[..frame.buffer_size()]
        .chunks_exact(samples)
        .map(|pixel| match *pixel {
            [red, green, blue, ..] => [red, green, blue],
            [grey, ..] => [grey; 3],
            [] => [0; 3],
        })
        .collect();
    Some((frame.width as usize, frame.height as usize, pixels))
}

fn colour(pixels: &[[u8; 3]]) -> &'static str {
    let mut sums = [0u64; 3];
    for pixel in pixels {
        for (sum, part) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*part);
        }
    }
    let mean = sums.map(|sum| sum / pixels.len().max(1) as u64);
    let strong = mean.map(|part| part > 128);
    match strong {
        [true, false, false] => "red",
        [false, true, false] => "green",
        [false, false, true] => "blue",
        [true, true, false] => "yellow",
        [true, false, true] => "magenta",
        [false, true, true] => "cyan",
        [true, true, true] => "white",
        [false, false, false] => "black",
    }
}

impl Ink {
    /// What differs from most of the picture.
    fn of(width: usize, height: usize, pixels: &[[u8; 3]]) -> Self {
        let grey: Vec<u8> = pixels
            .iter()
            .map(|[red, green, blue]| {
                ((u16::from(*red) + u16::from(*green) + u16::from(*blue)) / 3) as u8
            })
            .collect();
        let (low, high) = (
            grey.iter().min().copied().unwrap_or(0),
            grey.iter().max().copied().unwrap_or(0),
        );
        let middle = low / 2 + high / 2;
        let mut dark: Vec<bool> = grey.iter().map(|one| *one < middle).collect();
        if dark.iter().filter(|one| **one).count() * 2 > dark.len() {
            dark.iter_mut().for_each(|one| *one = !*one);
        }
        Self {
            width,
            height,
            dark,
        }
        .without_specks()
    }

    fn at(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.dark[y * self.width + x]
    }

    /// Lone dots are noise.
    fn without_specks(self) -> Self {
        let around = |x: usize, y: usize| {
            (0..9)
                .filter(|place| {
                    let (dx, dy) = (place % 3, place / 3);
                    (x + dx)
                        .checked_sub(1)
                        .zip((y + dy).checked_sub(1))
                        .is_some_and(|(x, y)| self.at(x, y))
                })
                .count()
        };
        if self.width < 60 {
            return self;
        }
        let dark = (0..self.width * self.height)
            .map(|place| around(place % self.width, place / self.width) >= 5)
            .collect();
        Self { dark, ..self }
    }

    /// Share of ink in a box.
    fn share(&self, x: (f64, f64), y: (f64, f64)) -> f64 {
        let (mut inked, mut all) = (0u32, 0u32);
        for row in y.0 as usize..(y.1.ceil() as usize).max(y.0 as usize + 1) {
            for column in x.0 as usize..(x.1.ceil() as usize).max(x.0 as usize + 1) {
                inked += u32::from(self.at(column, row));
                all += 1;
            }
        }
        f64::from(inked) / f64::from(all.max(1))
    }
}

/// The digits from left to right.
fn digits(ink: &Ink) -> String {
    let column = |x: usize| (0..ink.height).filter(|y| ink.at(x, *y)).count();
    let mut read = String::new();
    let mut start = None;
    for x in 0..=ink.width {
        let inked = x < ink.width && column(x) > 0;
        match (inked, start) {
            (true, None) => start = Some(x),
            (false, Some(from)) => {
                read.extend(digit(ink, from, x));
                start = None;
            }
            _ => {}
        }
    }
    read
}

/// The digit between two columns; `None` where it is only a speck.
fn digit(ink: &Ink, from: usize, to: usize) -> Option<char> {
    let rows: Vec<usize> = (0..ink.height)
        .filter(|y| (from..to).any(|x| ink.at(x, *y)))
        .collect();
    let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
    if bottom - top < 5 {
        return None;
    }
    let boxed = ((from as f64, to as f64), (top as f64, bottom as f64));
    let mut best = (f64::MAX, 0);
    for value in 0..10u8 {
        let large: Vec<u8> = FIVE_BY_SEVEN[usize::from(value)].to_vec();
        let small: Vec<u8> = THREE_BY_FIVE[usize::from(value)].to_vec();
        for (rows, width) in [(large, 5), (small, 3)] {
            let distance = distance(ink, boxed, &rows, width);
            if distance < best.0 {
                best = (distance, value);
            }
        }
    }
    char::from_digit(u32::from(best.1), 10)
}

/// How much a part of a picture differs from a letter's dots.
fn distance(ink: &Ink, (x, y): ((f64, f64), (f64, f64)), rows: &[u8], width: usize) -> f64 {
    let dot = |column: usize, row: u8| row >> (width - 1 - column) & 1 == 1;
    let used: Vec<usize> = (0..width)
        .filter(|column| rows.iter().any(|row| dot(*column, *row)))
        .collect();
    let (left, right) = (
        used.first().copied().unwrap_or(0),
        used.last().map_or(width, |last| last + 1),
    );
    let (across, down) = (
        (x.1 - x.0) / (right - left) as f64,
        (y.1 - y.0) / rows.len() as f64,
    );
    let mut differing = 0.0;
    for (number, row) in rows.iter().enumerate() {
        for column in left..right {
            let place = (column - left) as f64;
            let share = ink.share(
                (
                    x.0 + place * across + across * 0.2,
                    x.0 + (place + 0.8) * across,
                ),
                (
                    y.0 + number as f64 * down + down * 0.2,
                    y.0 + (number as f64 + 0.8) * down,
                ),
            );
            differing += (share - f64::from(u8::from(dot(column, *row)))).abs();
        }
    }
    // Dots are about square.
    let stretched = (across / down).ln().abs();
    differing / (rows.len() * (right - left)) as f64 + stretched * 0.3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(number: &str, scale: usize, noise: bool) -> (usize, usize, Vec<[u8; 3]>) {
        let (width, height) = ((number.len() * 6 + 2) * scale, 11 * scale);
        let mut pixels = vec![[235; 3]; width * height];
        let mut dice = crate::dice::Dice::new(5);
        for (place, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = (place % width / scale, place / width / scale);
            if x >= 1 && (1..8).contains(&(y.wrapping_sub(1))) {
                let (at, column) = ((x - 1) / 6, (x - 1) % 6);
                let digit = number
                    .as_bytes()
                    .get(at)
                    .map_or(0, |byte| usize::from(byte - b'0'));
                if at < number.len()
                    && column < 5
                    && FIVE_BY_SEVEN[digit][y - 2] >> (4 - column) & 1 == 1
                {
                    *pixel = [20; 3];
                }
            }
            if noise && dice.below(20) == 0 {
                *pixel = [dice.below(256) as u8; 3];
            }
        }
        (width, height, pixels)
    }

    #[test]
    fn digits_are_read_through_noise() {
        for noise in [false, true] {
            let (width, height, pixels) = picture("4071952638", 6, noise);
            assert_eq!(digits(&Ink::of(width, height, &pixels)), "4071952638");
        }
    }
}
