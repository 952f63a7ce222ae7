//! Just enough JSON to know which texts a locale file holds: the path of every value.

/// The paths (`live.filter.all`) of every value in a JSON object; what is wrong, with its place, otherwise.
pub(super) fn paths(text: &str) -> Result<Vec<String>, String> {
    let mut reader = Reader {
        text: text.as_bytes(),
        place: 0,
        found: Vec::new(),
    };
    reader.value("")?;
    reader.space();
    if reader.place < reader.text.len() {
        return Err(format!(
            "something follows the end at byte {}",
            reader.place
        ));
    }
    Ok(reader.found)
}

struct Reader<'a> {
    text: &'a [u8],
    place: usize,
    found: Vec<String>,
}

impl Reader<'_> {
    fn value(&mut self, path: &str) -> Result<(), String> {
        self.space();
        match self.text.get(self.place) {
            Some(b'{') => self.object(path),
            Some(b'[') => self.array(path),
            Some(b'"') => {
                self.found.push(path.to_string());
                self.string().map(drop)
            }
            Some(_) => {
                self.found.push(path.to_string());
                self.word()
            }
            None => Err("the text ends too early".into()),
        }
    }

    fn object(&mut self, path: &str) -> Result<(), String> {
        self.place += 1;
        while !self.takes(b'}') {
            let key = self.string()?;
            if !self.takes(b':') {
                return Err(format!("a colon is missing at byte {}", self.place));
            }
            let inner = if path.is_empty() {
                key
            } else {
                format!("{path}.{key}")
            };
            if self.found.contains(&inner) {
                return Err(format!("`{inner}` is there twice"));
            }
            self.value(&inner)?;
            self.takes(b',');
        }
        Ok(())
    }

    fn array(&mut self, path: &str) -> Result<(), String> {
        self.place += 1;
        let mut index = 0;
        while !self.takes(b']') {
            self.value(&format!("{path}[{index}]"))?;
            index += 1;
            self.takes(b',');
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, String> {
        self.space();
        if self.text.get(self.place) != Some(&b'"') {
            return Err(format!("a string is missing at byte {}", self.place));
        }
        let start = self.place + 1;
        let mut end = start;
        loop {
            match self.text.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(format!("the string at byte {start} never ends")),
            }
        }
        self.place = end + 1;
        Ok(String::from_utf8_lossy(&self.text[start..end]).into_owned())
    }

    fn word(&mut self) -> Result<(), String> {
        let start = self.place;
        while self
            .text
            .get(self.place)
            .is_some_and(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(letter))
        {
            self.place += 1;
        }
        if self.place == start {
            Err(format!("byte {start} belongs to nothing"))
        } else {
            Ok(())
        }
    }

    /// Passes over this sign, when it is the next one.
    fn takes(&mut self, sign: u8) -> bool {
        self.space();
        let is_next = self.text.get(self.place) == Some(&sign);
        self.place += usize::from(is_next);
        is_next
    }

    fn space(&mut self) {
        while self
            .text
            .get(self.place)
            .is_some_and(u8::is_ascii_whitespace)
        {
            self.place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn every_value_has_its_path() {
        let found = paths(r#"{"a": {"b": "x \" y", "c": 1.5}, "d": ["e", {"f": true}], "g": {}}"#);
        assert_eq!(
            found,
            Ok(["a.b", "a.c", "d[0]", "d[1].f"].map(String::from).to_vec())
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for broken in [
            "{\"a\" 1}",
            "{\"a\": ",
            "{\"a\": \"",
            "{} x",
            "{\"a\": 1, \"a\": 2}",
            "{1}",
        ] {
            assert!(paths(broken).is_err(), "{broken}");
        }
    }
}
