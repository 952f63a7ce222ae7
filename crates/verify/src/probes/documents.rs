//! P35: digits in a PDF and in a picture. Converters drop documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::mute_claim;
use super::pictures::Picture;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "documents",
    number: "P35",
    family: Family::Capability,
    forge: Forgeability::Static,
    axis: Axis::Capability,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(2, 7_000, 120),
    source: "canarybyte/veridrop, hvoy: documents and pictures",
};

/// P35.
pub(super) struct Documents;

fn codes(context: &Context) -> [String; 3] {
    let mut random = context.random("documents");
    [random.digits(10), random.digits(10), random.digits(8)]
}

/// A PDF with a line of text on each page.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let pages: Vec<String> = (0..lines.len())
        .map(|page| format!("{} 0 R", 4 + page * 2))
        .collect();
    objects.push(format!(
        "<< /Type /Pages /Kids [{}] /Count {} >>",
        pages.join(" "),
        lines.len()
    ));
    objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned());
    for (page, line) in lines.iter().enumerate() {
        let content = format!("BT /F1 24 Tf 72 700 Td ({line}) Tj ET");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + page * 2
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
            objects.len() + 1
        )
        .bytes(),
    );
    out
}

fn ask(context: &Context, slot: &str, block: Value, question: &str, input: u64) -> Ask {
    let content = json!([block, { "type": "text", "text": question }]);
    let messages = json!([{ "role": "user", "content": content }]);
    let mut ask =
        Ask::messages(slot, set(context.turn(400, ""), "messages", messages)).with_input(input);
    ask.output_tokens = 60;
    ask
}

impl Probe for Documents {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let [first, second, third] = codes(context);
        let lines = [
            format!("Inventory number {first}"),
            format!("Shelf number {second}"),
        ];
        let data = STANDARD.encode(pdf(&[&lines[0], &lines[1]]));
        let source = json!({ "type": "base64", "media_type": "application/pdf", "data": data });
        let document = json!({ "type": "document", "source": source });
        let mut asks = vec![ask(
            context,
            "pdf",
            document,
            "Which two numbers stand in this document? Only the numbers.",
            6_500,
        )];
        let mut random = context.random("documents-picture");
        let picture = Picture::noise(420, 160, &mut random).with_digits(&third, 50, 50);
        if let Some(block) = picture.block() {
            asks.push(ask(
                context,
                "digits",
                block,
                "Which digits stand in this picture? Only the digits.",
                200,
            ));
        }
        asks
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let [first, second, third] = codes(context);
        let text = |slot: &str| {
            let seen = in_slot(own, slot)?;
            let text = seen.whole()?.text();
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            Some((seen, text, digits))
        };
        let (pdf, picture) = (text("pdf"), text("digits"));
        let mut reading = Reading::default();
        let (mut right, mut asked) = (0_u32, 0_u32);
        let wanted = [
            (pdf.as_ref(), &first, "documents.page-one"),
            (pdf.as_ref(), &second, "documents.page-two"),
            (picture.as_ref(), &third, "documents.picture"),
        ];
        for (found, code, name) in wanted {
            let Some((seen, text, digits)) = found else {
                continue;
            };
            asked += 1;
            right += u32::from(digits.contains(code.as_str()));
            let evidence = Evidence::of(Claim::new(name)).at(seen.id());
            reading = reading.seen(
                evidence
                    .expecting(code, brief(text))
                    .from_source(ABOUT.source),
            );
        }
        if asked == 0 {
            return Reading::neutral(mute_claim(own));
        }
        let (outcome, result, code) = match right {
            0 => (Outcome::Warn, "none", "documents.none"),
            all if all == asked => (Outcome::Pass, "all", "documents.all"),
            _ => (Outcome::Warn, "", "documents.some"),
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new(code).with("right", right).with("asked", asked);
        let is_dropped = pdf.is_some() && right == 0;
        let reading = reading.scoring(Axis::Capability, f64::from(right) / f64::from(asked));
        if is_dropped {
            return reading.finding(Integrity::Truncation, Finding::Yes);
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_its_pages_where_it_says() {
        let bytes = pdf(&["one", "two"]);
        let text = String::from_utf8(bytes).unwrap();
        let table: usize = text
            .rsplit("startxref\n")
            .next()
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(text[table..].starts_with("xref"));
        for (index, line) in text[table..].lines().skip(3).take(7).enumerate() {
            let place: usize = line.split(' ').next().unwrap().parse().unwrap();
            assert!(
                text[place..].starts_with(&format!("{} 0 obj", index + 1)),
                "{line}"
            );
        }
    }
}
