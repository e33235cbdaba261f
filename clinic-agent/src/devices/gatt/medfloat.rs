//! The numbers of IEEE 11073-20601: a decimal exponent and a mantissa, both signed, and five values that are no number.

/// `SFLOAT`: 4 bits of exponent, 12 of mantissa. `None` for NaN, NRes, both infinities and the reserved value.
pub fn sfloat(bits: u16) -> Option<f64> {
    let mantissa = sign_extend(u32::from(bits & 0x0fff), 12);
    let exponent = sign_extend(u32::from(bits >> 12), 4);
    number(mantissa, exponent, 0x7ff)
}

/// `FLOAT`: 8 bits of exponent, 24 of mantissa. `None` as above.
pub fn float(bits: u32) -> Option<f64> {
    let mantissa = sign_extend(bits & 0x00ff_ffff, 24);
    let exponent = sign_extend(bits >> 24, 8);
    number(mantissa, exponent, 0x7f_ffff)
}

const fn sign_extend(value: u32, bits: u32) -> i32 {
    let shift = 32 - bits;
    (value << shift).cast_signed() >> shift
}

/// The special values are the two ends of the mantissa's range; a real value never reaches them, whatever its exponent.
fn number(mantissa: i32, exponent: i32, highest: i32) -> Option<f64> {
    if mantissa >= highest - 1 || mantissa <= -highest + 1 {
        return None;
    }
    // Division by a power of ten is rounded once: 366 and -1 give 36.6, not 36.6 and a tail.
    let power = 10_f64.powi(exponent.abs());
    Some(if exponent < 0 { f64::from(mantissa) / power } else { f64::from(mantissa) * power })
}

/// The bits of `mantissa · 10^exponent`; `None` when they do not fit.
pub fn to_sfloat(mantissa: i16, exponent: i8) -> Option<u16> {
    let fits = (-2045..=2045).contains(&mantissa) && (-8..=7).contains(&exponent);
    fits.then(|| (mantissa.cast_unsigned() & 0x0fff) | (u16::from(exponent.cast_unsigned() & 0x0f) << 12))
}

/// The bits of `mantissa · 10^exponent`; `None` when they do not fit.
pub fn to_float(mantissa: i32, exponent: i8) -> Option<u32> {
    let fits = (-8_388_605..=8_388_605).contains(&mantissa);
    fits.then(|| (mantissa.cast_unsigned() & 0x00ff_ffff) | (u32::from(exponent.cast_unsigned()) << 24))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn golden_numbers() {
        for (bits, value) in [
            (0x0078, Some(120.0)),
            (0xf16e, Some(36.6)),
            (0xb06e, Some(0.001_10)),
            (0x1014, Some(200.0)),
            (0x0fff, Some(-1.0)),
            (0x0000, Some(0.0)),
            (0x07fd, Some(2045.0)),
            (0x0803, Some(-2045.0)),
            (0x07ff, None),
            (0x0800, None),
            (0x07fe, None),
            (0x0802, None),
            (0x0801, None),
            (0xf7ff, None),
        ] {
            assert_eq!(sfloat(bits), value, "{bits:#06x}");
        }
        for (bits, value) in [
            (0xff00_016e, Some(36.6)),
            (0xfe00_0e4c, Some(36.6)),
            (0x0000_0025, Some(37.0)),
            (0x00ff_fffb, Some(-5.0)),
            (0x007f_ffff, None),
            (0x0080_0000, None),
            (0x007f_fffe, None),
            (0x0080_0002, None),
            (0x0080_0001, None),
        ] {
            assert_eq!(float(bits), value, "{bits:#010x}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_finite_whatever_the_bits(bits: u32, short: u16) {
            prop_assert!(float(bits).is_none_or(f64::is_finite));
            prop_assert!(sfloat(short).is_none_or(f64::is_finite));
        }

        #[test]
        fn what_is_written_is_read(mantissa in -2045_i16..=2045, exponent in -8_i8..=7) {
            let value = f64::from(mantissa) * 10_f64.powi(exponent.into());
            let close = |read: Option<f64>| read.is_some_and(|read| (read - value).abs() <= value.abs() * 1e-12);
            prop_assert!(close(to_sfloat(mantissa, exponent).and_then(sfloat)));
            prop_assert!(close(to_float(mantissa.into(), exponent).and_then(float)));
        }
    }
}
