//! What a persona really is: what a tester should find out, or at least not deny.

/// Which model serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// The one that was asked for.
    Claimed,
    /// This other one of Claude.
    OtherClaude(&'static str),
    /// Another vendor's.
    NotClaude,
    /// Sometimes the one that was asked for, sometimes another vendor's.
    Mixed,
    /// Nothing that could be called an answer.
    Nothing,
}

/// Which way answers come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The vendor's API, byte for byte.
    FirstParty,
    /// The vendor's API, written anew by somebody between.
    Gateway,
    /// Amazon Bedrock.
    Bedrock,
    /// Google Vertex.
    Vertex,
    /// A proxy of subscriptions.
    Subscription,
    /// A channel that was made for another program.
    Reverse,
    /// No way that leads to Claude.
    NotClaude,
}

/// What is done to conversations on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Somebody's text is put before them.
    Injection,
    /// They are cut.
    Truncation,
    /// More is billed than was used.
    Inflation,
    /// Answers are not made for them.
    Canned,
    /// Calls of tools are changed.
    RewrittenTools,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Which model serves.
    pub serves: Serves,
    /// Which way answers come.
    pub way: Way,
    /// What is done on the way.
    pub harms: Vec<Harm>,
    /// Whether so much is lost on the way that nothing can be proven.
    pub lossy: bool,
    /// Of a hundred calls, how many somebody else answers.
    pub foreign_percent: u8,
}

impl Truth {
    /// The claimed model on this way, unharmed.
    pub fn genuine(way: Way) -> Self {
        Self {
            serves: Serves::Claimed,
            way,
            harms: Vec::new(),
            lossy: false,
            foreign_percent: 0,
        }
    }

    /// Another vendor's model.
    pub fn fake() -> Self {
        Self::serving(Serves::NotClaude, Way::NotClaude)
    }

    /// This model on this way.
    pub fn serving(serves: Serves, way: Way) -> Self {
        Self {
            serves,
            way,
            harms: Vec::new(),
            lossy: false,
            foreign_percent: 0,
        }
    }

    /// With so many of a hundred calls answered by somebody else.
    pub fn mixed(percent: u8) -> Self {
        let mut truth = Self::serving(Serves::Mixed, Way::FirstParty);
        truth.foreign_percent = percent;
        truth
    }

    /// With so much lost that nothing can be proven.
    pub fn lossy(mut self) -> Self {
        self.lossy = true;
        self
    }

    /// With a harm.
    pub fn harmed(mut self, harm: Harm) -> Self {
        self.harms.push(harm);
        self
    }
}
