//! Where a value stands in its body. Costs nothing until somebody wants it as a JSON pointer.

/// A chain of steps from a value up to the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Body,
    Member(&'p str),
    Element(usize),
}

impl<'p> Path<'p> {
    /// The body itself.
    pub(super) fn body() -> Self {
        Self {
            parent: None,
            step: Step::Body,
        }
    }

    /// A member of the object at this place.
    pub(super) fn member(&'p self, name: &'p str) -> Path<'p> {
        Path {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    /// An element of the array at this place.
    pub(super) fn element(&'p self, index: usize) -> Path<'p> {
        Path {
            parent: Some(self),
            step: Step::Element(index),
        }
    }

    /// The JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at {
            steps.push(path.step);
            at = path.parent;
        }
        let mut pointer = String::new();
        for step in steps.iter().rev() {
            match step {
                Step::Body => {}
                Step::Member(name) => {
                    pointer.push('/');
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Step::Element(index) => {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                }
            }
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped() {
        let body = Path::body();
        let member = body.member("a/b~c");
        assert_eq!(member.element(3).pointer(), "/a~1b~0c/3");
        assert_eq!(body.pointer(), "");
    }
}
