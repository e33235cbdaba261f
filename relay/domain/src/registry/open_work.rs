//! What is under way for a resident, under the record's own name. A merge moves no row, so the record that goes under must have nothing open: a signed prescription
//! and a referral that was sent name the record they were made of, and an appointment on each of two records is one person in two places.
//!
//! Not here: what is over, and what reads all records of a person wherever it stands (vital signs, notes, consents, eligibility facts, stops of a first-visit
//! round): that stays where it is and counts for the person.

use crate::machines::named_enum;

named_enum! {
    /// One kind of thing under way.
    OpenWork {
        /// A time is held or offered.
        Appointment = "appointment",
        /// A line of the waitlist.
        WaitlistEntry = "waitlist_entry",
        /// Asked for, waiting or in the call.
        Consultation = "consultation",
        /// A one-key call that goes on.
        UrgentCall = "urgent_call",
        /// Written, signed, or on its way.
        Prescription = "prescription",
        /// Expected by the doctors of a round in person.
        FirstVisit = "first_visit",
        /// From the draft to the report.
        Referral = "referral",
        /// A ride that was asked for.
        Transport = "transport",
    }
}

impl OpenWork {
    /// For a person, in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Appointment => "预约",
            Self::WaitlistEntry => "候补",
            Self::Consultation => "会诊",
            Self::UrgentCall => "一键呼叫",
            Self::Prescription => "未完成的处方",
            Self::FirstVisit => "上门初诊名单",
            Self::Referral => "转诊",
            Self::Transport => "接送",
        }
    }

    /// Is it bound to the home, so that who moves to another one leaves it behind? A prescription is while its medicine is on the way there.
    pub const fn is_of_the_home(self) -> bool {
        !matches!(self, Self::Prescription | Self::Referral)
    }

    /// For a person, in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Appointment => "an appointment",
            Self::WaitlistEntry => "a place on the waitlist",
            Self::Consultation => "a consultation",
            Self::UrgentCall => "a one-key call",
            Self::Prescription => "a prescription that is not done",
            Self::FirstVisit => "a place on a visit in person",
            Self::Referral => "a referral",
            Self::Transport => "a ride",
        }
    }
}
