//! Natural prose of any length: word salad is refused by newer models, and leaves no cache entry.

use crate::random::Random;

const WHO: [&str; 12] = [
    "the harbour master",
    "a retired teacher",
    "the younger of the two brothers",
    "our neighbour from the mill",
    "the keeper of the lighthouse",
    "a painter from the coast",
    "the baker's daughter",
    "the village doctor",
    "an engineer of the railway",
    "the librarian",
    "the ferryman",
    "a gardener from the north",
];
const DID: [&str; 12] = [
    "counted the boats that lay at the pier",
    "repaired the clock above the market hall",
    "wrote a long letter about the weather",
    "planted a row of pear trees along the wall",
    "measured the depth of the old well",
    "carried a basket of apples up the hill",
    "read the ledger of the shipping company",
    "painted the door of the chapel green",
    "waited for the evening train",
    "sorted the maps in the attic",
    "sold a pair of brass candlesticks",
    "listened to the rehearsal of the choir",
];
const THEN: [&str; 10] = [
    "before the rain came in from the west",
    "while the children were still at school",
    "because nobody else had found the time",
    "and nobody in the street took notice",
    "although the road was closed for repairs",
    "as it had been done every year since the flood",
    "so that the guests would find everything in order",
    "and went home by the longer way",
    "until the bells rang for the second time",
    "with the help of two cousins from the city",
];
const WHEN: [&str; 10] = [
    "On a Monday in March",
    "Early the next morning",
    "Towards the end of the summer",
    "Two days later",
    "In the week after the fair",
    "That same evening",
    "At the beginning of November",
    "When the fog had lifted",
    "On the last day of the holidays",
    "Shortly before noon",
];

/// A sentence of about twenty words.
pub(super) fn sentence(random: &mut Random) -> String {
    let mut pick = |words: &[&'static str]| {
        let place = random.below(words.len() as u64) as usize;
        words.get(place).copied().unwrap_or_default()
    };
    let (when, who, did, then) = (pick(&WHEN), pick(&WHO), pick(&DID), pick(&THEN));
    let number = 2 + random.below(97);
    format!("{when}, {who} {did} {then}, and {number} people heard of it. ")
}

/// Prose of at least so many characters.
pub(super) fn text(random: &mut Random, characters: usize) -> String {
    let mut text = String::with_capacity(characters + 200);
    while text.len() < characters {
        text.push_str(&sentence(random));
    }
    text
}
