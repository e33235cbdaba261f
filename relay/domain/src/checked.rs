//! Checked newtypes: a value of one of these is legal by construction.

mod dose;
mod goods;
mod id_number;
mod licence;
mod parcel;
mod raw_frame;
pub mod text;

pub use dose::{Dose, DoseError};
pub use goods::{Batch, Gtin, GtinError};
pub use id_number::{IdNumber, IdNumberError};
pub use licence::{Licence, LicenceError};
pub use parcel::{CodeError, ParcelCode, Pin};
pub use raw_frame::{RawFrame, RawFrameError};
pub use text::TextError;
