//! A picture as PNG: drawn larger by plotters, then averaged down, so that every edge is smooth.

use egui::Vec2;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::prelude::BitMapBackend;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::pen::LINE_OF_EM;
use super::text::{MIDDLE_TO_BASELINE, Type};
use super::{Look, Picture};
use crate::widgets::theme;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The pixels asked for.
    #[error("a picture of {0} × {1} pixels is too large: at most 8,000 a side")]
    TooLarge(u32, u32),
    /// The picture could not be drawn.
    #[error("the picture could not be drawn: {0}")]
    Draw(String),
    /// The pixels could not be packed.
    #[error("the picture could not be packed: {0}")]
    Pack(#[from] image::ImageError),
}

/// The picture as a PNG file's bytes, `size` points large at `scale` pixels to the point.
pub fn to_png(picture: &impl Picture, size: (u16, u16), scale: u8, dark: bool) -> Result<Vec<u8>, PngError> {
    let scale = u32::from(scale.max(1));
    let (width, height) = (u32::from(size.0.max(1)) * scale, u32::from(size.1.max(1)) * scale);
    if width > 8000 || height > 8000 {
        return Err(PngError::TooLarge(width, height));
    }
    let fine = if scale >= 2 { 2 } else { 4 };
    let (wide, high) = (width * fine, height * fine);
    let mut pixels = vec![0; wide as usize * high as usize * 3];
    {
        let tokens = if dark { theme::DARK } else { theme::LIGHT };
        let look = Look { tokens, scale: (scale * fine) as f32, surface: true, corner: 0.0, titled: true };
        let points = Vec2::new(f32::from(size.0.max(1)), f32::from(size.1.max(1)));
        let mut backend = Bitmap { inner: BitMapBackend::with_buffer(&mut pixels, (wide, high)) };
        let said = |why: DrawingErrorKind<_>| PngError::Draw(why.to_string());
        picture.draw(&look, points, &mut backend).map_err(said)?;
        backend.present().map_err(said)?;
    }
    let small = averaged(&pixels, (wide as usize, high as usize), fine as usize);
    let mut file = Vec::new();
    PngEncoder::new(&mut file).write_image(&small, width, height, ExtendedColorType::Rgb8)?;
    Ok(file)
}

/// Each `fine` × `fine` pixels as one.
fn averaged(pixels: &[u8], (wide, high): (usize, usize), fine: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len() / (fine * fine));
    let mut sums = vec![0u32; wide / fine * 3];
    for rows in pixels.chunks_exact(wide * 3 * fine).take(high / fine) {
        sums.fill(0);
        for row in rows.chunks_exact(wide * 3) {
            for (sums, group) in sums.chunks_exact_mut(3).zip(row.chunks_exact(3 * fine)) {
                for pixel in group.chunks_exact(3) {
                    sums.iter_mut().zip(pixel).for_each(|(sum, &part)| *sum += u32::from(part));
                }
            }
        }
        let count = (fine * fine) as u32;
        out.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    out
}

/// plotters' bitmap with our own letters: its own leave out the room before each one.
struct Bitmap<'a> {
    inner: BitMapBackend<'a>,
}

type Error<'a> = <BitMapBackend<'a> as DrawingBackend>::ErrorType;
type Done<'a> = Result<(), DrawingErrorKind<Error<'a>>>;

impl<'a> DrawingBackend for Bitmap<'a> {
    type ErrorType = Error<'a>;

    fn get_size(&self) -> (u32, u32) {
        self.inner.get_size()
    }

    fn ensure_prepared(&mut self) -> Done<'a> {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Done<'a> {
        self.inner.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done<'a> {
        self.inner.draw_pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done<'a> {
        self.inner.draw_line(from, to, style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done<'a> {
        self.inner.draw_path(path, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Done<'a> {
        self.inner.draw_rect(a, b, style, fill)
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Done<'a> {
        self.inner.draw_circle(centre, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done<'a> {
        self.inner.fill_polygon(path, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done<'a> {
        let em = (style.size() / LINE_OF_EM) as f32;
        let kind = Type { size: em, strong: matches!(style.style(), FontStyle::Bold) };
        let left = match style.anchor().h_pos {
            HPos::Left => at.0 as f32,
            HPos::Center => at.0 as f32 - kind.width(text) / 2.0,
            HPos::Right => at.0 as f32 - kind.width(text),
        };
        let BackendColor { alpha, rgb } = style.color();
        let mut done = Ok(());
        kind.cover(text, (left, at.1 as f32 + MIDDLE_TO_BASELINE * em), em, |x, y, share| {
            if done.is_ok() && share > 0.0 {
                let color = BackendColor { alpha: alpha * f64::from(share.min(1.0)), rgb };
                done = self.inner.draw_pixel((x, y), color);
            }
        });
        done
    }
}

#[cfg(test)]
mod tests {
    use super::averaged;

    #[test]
    fn four_pixels_become_their_mean() {
        // Two by two pixels of three colours: (10 + 20 + 30 + 40) / 4 = 25; (0 + 0 + 0 + 255) / 4 = 63.75; 7.
        let pixels = [10, 0, 7, 20, 0, 7, 30, 0, 7, 40, 255, 7];
        assert_eq!(averaged(&pixels, (2, 2), 2), [25, 64, 7]);
    }
}
