//! What a device says about its own measurement, one list for all profiles; the page has a sentence for each.

use serde::{Deserialize, Serialize};

/// One remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The person moved.
    Moved,
    /// The cuff is too loose.
    CuffLoose,
    /// The pulse is irregular.
    IrregularPulse,
    /// The pulse is outside of what the device measures.
    PulseOutOfRange,
    /// The arm or wrist is held wrongly.
    WrongPosition,
    /// A first estimate.
    Early,
    /// Out of the device's memory, not measured just now.
    FromMemory,
    /// The device itself doubts it.
    Questionable,
    /// Poor signal.
    PoorSignal,
    /// Poor circulation at the finger.
    LowPerfusion,
    /// The device's clock was never set.
    ClockNotSet,
    /// The battery is low.
    BatteryLow,
    /// Before a meal.
    BeforeMeal,
    /// After a meal.
    AfterMeal,
    /// Fasting.
    Fasting,
    /// At bedtime.
    Bedtime,
    /// A demonstration, a test or a control solution: of no person.
    NotOfAPerson,
    /// The sensor is not on the person.
    SensorOff,
    /// The sensor is broken.
    SensorFault,
    /// The device calls it invalid.
    Invalid,
    /// Above what the device measures.
    AboveRange,
    /// Below what the device measures.
    BelowRange,
    /// The test strip is wrong or was taken out.
    StripFault,
    /// Too little blood on the strip.
    SampleTooSmall,
    /// Too warm or too cold for the device.
    WrongTemperature,
    /// Not of blood.
    NotBlood,
    /// A value that no living person has.
    Implausible,
    /// The device sent no value.
    NoValue,
}

impl Remark {
    /// Whether no value of the measurement may be used.
    pub const fn forbids_use(self) -> bool {
        match self {
            Self::Moved
            | Self::CuffLoose
            | Self::IrregularPulse
            | Self::PulseOutOfRange
            | Self::WrongPosition
            | Self::Early
            | Self::FromMemory
            | Self::Questionable
            | Self::PoorSignal
            | Self::LowPerfusion
            | Self::ClockNotSet
            | Self::BatteryLow
            | Self::BeforeMeal
            | Self::AfterMeal
            | Self::Fasting
            | Self::Bedtime
            // The value itself is left out; what was measured beside it may be right.
            | Self::Implausible => false,
            Self::NotOfAPerson
            | Self::SensorOff
            | Self::SensorFault
            | Self::Invalid
            | Self::AboveRange
            | Self::BelowRange
            | Self::StripFault
            | Self::SampleTooSmall
            | Self::WrongTemperature
            | Self::NotBlood
            | Self::NoValue => true,
        }
    }
}
