//! One type for each kind of rule. Every rule says how heavy it is, what it found, what to do, on what it rests and since when, and brings an example that
//! it must find and one that it must not.

use super::Example;
use super::select::Selector;
use crate::dosage::Route;
use crate::formulary::AllergyGroup;
use crate::machines::named_enum;
use crate::safety::Severity;
use jiff::civil::Date;
use serde::Deserialize;

/// An ingredient of medicines.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingredient {
    /// Key, lower case with underscores.
    pub key: String,
    /// Chinese.
    pub name_zh: String,
    /// English.
    pub name_en: String,
    /// ATC.
    pub atc: String,
    /// The unit of its doses.
    #[serde(default = "mg")]
    pub unit: String,
    /// Pharmacological classes.
    pub classes: Vec<String>,
    /// In which forms it is given.
    pub forms: Vec<String>,
    /// Allergy groups.
    #[serde(default)]
    pub allergy_groups: Vec<String>,
    /// Anticholinergic weight, 0 to 3.
    #[serde(default)]
    pub anticholinergic: u8,
    /// Weight of QT prolongation, 0 to 3.
    #[serde(default)]
    pub qt: u8,
    /// An anti-infective.
    #[serde(default)]
    pub anti_infective: bool,
    /// Must stay at 2–8 °C.
    #[serde(default)]
    pub cold_chain: bool,
}

fn mg() -> String {
    "mg".to_owned()
}

/// What every rule says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Identifier, one of its kind in the whole knowledge.
    pub id: &'a str,
    /// Version of its file.
    pub version: &'a str,
    /// Weight.
    pub severity: Severity,
    /// What was found, Chinese and English.
    pub message: (&'a str, &'a str),
    /// What to do, Chinese and English.
    pub action: (&'a str, &'a str),
    /// On what it rests, Chinese and English; the first for both where a licensed file has no English.
    pub source: (&'a str, &'a str),
    /// When it was written or last looked at.
    pub date: Date,
    /// What it must find.
    pub hit: &'a Example,
    /// What it must not find.
    pub miss: &'a Example,
}

/// A rule of any kind.
pub trait Rule {
    /// What it says of itself.
    fn about(&self) -> About<'_>;
    /// Stamped with its file's version when that is read.
    fn set_version(&mut self, version: &str);
    /// The ingredients it names, to be found.
    fn selectors(&mut self) -> Vec<&mut Selector>;
}

macro_rules! rule {
    ($(#[$doc:meta])* $name:ident { selectors: [$($selector:ident),*], $($(#[$fdoc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            id: String,
            severity: Severity,
            message_zh: String,
            message_en: String,
            action_zh: String,
            action_en: String,
            source: String,
            #[serde(default)]
            source_en: Option<String>,
            date: Date,
            hit: Example,
            miss: Example,
            #[serde(skip)]
            version: String,
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl Rule for $name {
            fn about(&self) -> About<'_> {
                About {
                    id: &self.id,
                    version: &self.version,
                    severity: self.severity,
                    message: (&self.message_zh, &self.message_en),
                    action: (&self.action_zh, &self.action_en),
                    source: (&self.source, self.source_en.as_deref().unwrap_or(&self.source)),
                    date: self.date,
                    hit: &self.hit,
                    miss: &self.miss,
                }
            }
            fn set_version(&mut self, version: &str) {
                version.clone_into(&mut self.version);
            }
            fn selectors(&mut self) -> Vec<&mut Selector> {
                let all: Vec<&mut [Selector]> = vec![$(self.$selector.each()),*];
                all.into_iter().flatten().collect()
            }
        }
    };
}

/// So that a required selector and an optional one are looped over alike.
trait Each {
    fn each(&mut self) -> &mut [Selector];
}

impl Each for Selector {
    fn each(&mut self) -> &mut [Selector] {
        std::slice::from_mut(self)
    }
}

impl Each for Option<Selector> {
    fn each(&mut self) -> &mut [Selector] {
        self.as_mut_slice()
    }
}

rule! {
    /// Two medicines together, or three.
    Interaction {
        selectors: [a, b, with],
        /// One.
        a: Selector,
        /// The other.
        b: Selector,
        /// A third that must be there as well.
        #[serde(default)]
        with: Option<Selector>,
    }
}

rule! {
    /// The same again: an ingredient, or another of its class.
    Duplicate {
        selectors: [of],
        /// A class of which one is enough; absent: any ingredient twice.
        #[serde(default)]
        of: Option<Selector>,
    }
}

rule! {
    /// More of a medicine while enough is still there.
    Overlap {
        selectors: [],
        /// Days that may still be in hand when it is written again.
        days_left: u32,
    }
}

rule! {
    /// Inappropriate in old age, or with a disease in old age.
    Elderly {
        selectors: [of],
        /// Which.
        of: Selector,
        /// From this age.
        #[serde(default = "old")]
        from_age: u16,
        /// Only with one of these, ICD-10 prefixes; empty: with any.
        #[serde(default)]
        with: Vec<String>,
        /// Only above this daily dose.
        #[serde(default)]
        above_daily: Option<f64>,
    }
}

const fn old() -> u16 {
    65
}

rule! {
    /// A sum of weights over all medicines.
    Load {
        selectors: [],
        /// Of which weights.
        load: LoadKind,
        /// From this sum.
        at_least: u32,
        /// Only with potassium below this, in mmol/L.
        #[serde(default)]
        potassium_below: Option<f64>,
    }
}

named_enum! {
    /// Which weights are summed.
    LoadKind {
        /// Anticholinergic burden.
        Anticholinergic = "anticholinergic",
        /// QT prolongation.
        Qt = "qt",
    }
}

rule! {
    /// Dose or choice at reduced kidney function.
    Renal {
        selectors: [of],
        /// Which.
        of: Selector,
        /// Below this clearance, mL/min.
        below: f64,
        /// Only above this daily dose; absent: at any.
        #[serde(default)]
        above_daily: Option<f64>,
    }
}

rule! {
    /// Largest doses of an ingredient, in its unit.
    MaxDose {
        selectors: [of],
        /// Which.
        of: Selector,
        /// Only by this way.
        #[serde(default)]
        route: Option<Route>,
        /// Single.
        #[serde(default)]
        single: Option<f64>,
        /// In a day.
        #[serde(default)]
        daily: Option<f64>,
        /// How often in a day at most.
        #[serde(default)]
        times: Option<u64>,
    }
}

rule! {
    /// By which ways a dosage form is given. Its weight is that of a seldom way; a way by which the form cannot be given always blocks.
    DosageForm {
        selectors: [],
        /// What products call it.
        names: Vec<String>,
        /// By which ways it is given, the usual one first.
        routes: Vec<Route>,
        /// Ways that are possible and seldom.
        #[serde(default)]
        seldom: Vec<Route>,
    }
}

impl Rule for AllergyGroup {
    fn about(&self) -> About<'_> {
        About {
            id: &self.key,
            version: &self.version,
            // The weight of a cross-reaction; the group itself always blocks.
            severity: Severity::HardStop,
            message: (&self.message_zh, &self.message_en),
            action: (&self.action_zh, &self.action_en),
            source: (&self.source, self.source_en.as_deref().unwrap_or(&self.source)),
            date: self.date,
            hit: &self.hit,
            miss: &self.miss,
        }
    }
    fn set_version(&mut self, version: &str) {
        version.clone_into(&mut self.version);
    }
    fn selectors(&mut self) -> Vec<&mut Selector> {
        Vec::new()
    }
}
