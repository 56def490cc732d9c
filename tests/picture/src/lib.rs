//! egui drawn to pixels on the CPU, so that window tests have pictures without a GPU or a display.
//!
//! In: the shapes of a frame and its textures. Out: an RGBA picture, the same on every machine with the same egui.
//! [`renderer`] goes into `Harness::builder().renderer(..)`; [`save`] writes what the harness shows. Paint callbacks
//! stay blank: nothing here speaks OpenGL. Edges are smooth because egui's own triangles fade out at them.

use std::collections::BTreeMap;
use std::path::Path;

use egui::epaint::{ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, Context, FullOutput, TextureId, TexturesDelta};
use egui_kittest::{Harness, TestRenderer};
use image::RgbaImage;

/// A renderer for one harness.
pub fn renderer() -> Cpu {
    Cpu::default()
}

/// Writes what the harness shows as PNG, making the folder where there is none.
///
/// # Errors
/// Says what could not be drawn or written.
pub fn save<State>(harness: &mut Harness<'_, State>, path: impl AsRef<Path>) -> Result<(), String> {
    let path = path.as_ref();
    let picture = harness.render()?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    picture.save(path).map_err(|why| format!("{}: {why}", path.display()))
}

/// Rasterises egui's triangles; keeps the textures that egui has sent so far.
#[derive(Default)]
pub struct Cpu {
    textures: BTreeMap<TextureId, ColorImage>,
}

impl TestRenderer for Cpu {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let parts = delta.set.drain().flat_map(|(id, parts)| parts.into_iter().map(move |part| (id, part)));
        for (id, part) in parts {
            let ImageData::Color(fresh) = part.image;
            let Some([x, y]) = part.pos else {
                self.textures.insert(id, (*fresh).clone());
                continue;
            };
            let known = self.textures.get_mut(&id).expect("egui sends a texture whole before parts of it");
            let ([width, height], stride) = (fresh.size, known.size[0]);
            for row in 0..height {
                let at = (y + row) * stride + x;
                known.pixels[at..at + width].copy_from_slice(&fresh.pixels[row * width..][..width]);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, context: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = (context.content_rect().size() * scale).round();
        let (width, height) = (size.x as usize, size.y as usize);
        let mut canvas = Canvas { pixels: vec![Color32::BLACK; width * height], width, scale };
        for clipped in context.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = clipped.primitive else { continue };
            let texture = self.textures.get(&mesh.texture_id).ok_or("a shape uses a texture that egui never sent")?;
            let edge = |points: f32, most: usize| (points * scale).round().clamp(0.0, most as f32) as i64;
            let clip = Clip {
                left: edge(clipped.clip_rect.min.x, width),
                top: edge(clipped.clip_rect.min.y, height),
                right: edge(clipped.clip_rect.max.x, width),
                bottom: edge(clipped.clip_rect.max.y, height),
            };
            for corners in mesh.triangles() {
                canvas.triangle(corners.map(|corner| mesh.vertices[corner as usize]), &clip, texture);
            }
        }
        let bytes = canvas.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b(), 255]).collect();
        RgbaImage::from_raw(size.x as u32, size.y as u32, bytes).ok_or_else(|| "the picture has no size".to_owned())
    }
}

/// Pixels that may be painted: left and top included, right and bottom not.
struct Clip {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

struct Canvas {
    pixels: Vec<Color32>,
    width: usize,
    scale: f32,
}

/// Corners are in 256ths of a pixel, so that coverage is decided in whole numbers.
const FINE: i64 = 256;

impl Canvas {
    /// Two triangles never both paint a pixel on their common edge: a pixel centre on an edge belongs to the triangle
    /// that has it at its top or left.
    fn triangle(&mut self, mut corners: [Vertex; 3], clip: &Clip, texture: &ColorImage) {
        let scale = self.scale;
        let fixed = |v: &Vertex| [v.pos.x, v.pos.y].map(|c| (c * scale * FINE as f32).round() as i64);
        let [a, b, c] = corners.each_ref().map(fixed);
        let area = cross(a, b, c);
        match area.signum() {
            0 => return,
            -1 => corners.swap(1, 2), // egui mixes windings
            _ => {}
        }
        let p = corners.each_ref().map(fixed);
        let edges = [(p[1], p[2]), (p[2], p[0]), (p[0], p[1])];
        let least = edges.map(|(from, to)| i64::from(!(to[1] < from[1] || (to[1] == from[1] && to[0] > from[0]))));
        let low = |axis: usize| p.iter().map(|p| p[axis]).min().unwrap_or(0).div_euclid(FINE);
        let high = |axis: usize| p.iter().map(|p| p[axis]).max().unwrap_or(0).div_euclid(FINE) + 1;
        let paint = Paint::new(&corners, area.abs(), texture);
        for y in low(1).max(clip.top)..high(1).min(clip.bottom) {
            for x in low(0).max(clip.left)..high(0).min(clip.right) {
                let centre = [x * FINE + FINE / 2, y * FINE + FINE / 2];
                let weights = edges.map(|(from, to)| cross(from, to, centre));
                if weights.iter().zip(least).all(|(&weight, least)| weight >= least) {
                    let under = &mut self.pixels[y as usize * self.width + x as usize];
                    *under = over(paint.at(weights), *under);
                }
            }
        }
    }
}

fn cross(a: [i64; 2], b: [i64; 2], p: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
}

/// What one triangle is painted with: its corners' colours, times its texture.
struct Paint<'a> {
    corners: &'a [Vertex; 3],
    area: f32,
    texture: &'a ColorImage,
    /// The texture's colour, where all corners point at the same place of it.
    flat_texel: Option<[f32; 4]>,
    /// The whole colour, where the corners' colours agree too.
    flat: Option<[f32; 4]>,
}

impl<'a> Paint<'a> {
    fn new(corners: &'a [Vertex; 3], area: i64, texture: &'a ColorImage) -> Self {
        let [a, b, c] = corners;
        let flat_texel = (a.uv == b.uv && b.uv == c.uv).then(|| texel(texture, a.uv.x, a.uv.y));
        let even = a.color == b.color && b.color == c.color;
        let flat = flat_texel
            .filter(|_| even)
            .map(|texel| std::array::from_fn(|channel| f32::from(a.color[channel]) * texel[channel] / 255.0));
        Self { corners, area: area as f32, texture, flat_texel, flat }
    }

    /// Red, green, blue, alpha, each 0 to 255, already multiplied by alpha.
    fn at(&self, weights: [i64; 3]) -> [f32; 4] {
        if let Some(flat) = self.flat {
            return flat;
        }
        let [fa, fb, fc] = weights.map(|weight| weight as f32 / self.area);
        let [a, b, c] = self.corners;
        let texel = self.flat_texel.unwrap_or_else(|| {
            let u = fa * a.uv.x + fb * b.uv.x + fc * c.uv.x;
            let v = fa * a.uv.y + fb * b.uv.y + fc * c.uv.y;
            texel(self.texture, u, v)
        });
        std::array::from_fn(|i| {
            let mixed = fa * f32::from(a.color[i]) + fb * f32::from(b.color[i]) + fc * f32::from(c.color[i]);
            mixed * texel[i] / 255.0
        })
    }
}

/// Blends in gamma space, as egui's own renderers do.
fn over(upper: [f32; 4], under: Color32) -> Color32 {
    let rest = 1.0 - upper[3] / 255.0;
    let [r, g, b, a] = std::array::from_fn(|i| (upper[i] + f32::from(under[i]) * rest).round() as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}

/// The texture's colour at a place: between the four nearest, its border repeated outwards.
fn texel(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let index = |at: f32, count: usize| at.clamp(0.0, count as f32 - 1.0) as usize;
    let (x0, x1) = (index(x.floor(), width), index(x.floor() + 1.0, width));
    let (y0, y1) = (index(y.floor(), height) * width, index(y.floor() + 1.0, height) * width);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let [a, b, c, d] = [y0 + x0, y0 + x1, y1 + x0, y1 + x1].map(|at| texture.pixels[at]);
    let between = |p: Color32, q: Color32, i: usize| f32::from(p[i]) * (1.0 - fx) + f32::from(q[i]) * fx;
    std::array::from_fn(|i| between(a, b, i) * (1.0 - fy) + between(c, d, i) * fy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Rect, pos2, vec2};

    fn pictured(paint: impl Fn(&egui::Painter) + 'static) -> RgbaImage {
        let mut harness = Harness::builder()
            .with_size(vec2(40.0, 20.0))
            .renderer(renderer())
            .with_render_cursor(false)
            .build_ui(move |ui| paint(&ui.painter().with_clip_rect(Rect::EVERYTHING)));
        harness.run();
        harness.render().expect("the frame has a size")
    }

    #[test]
    fn a_filled_rectangle_covers_its_own_pixels_and_no_others() {
        let red = Color32::from_rgb(200, 10, 20);
        let picture = pictured(move |p| {
            p.rect_filled(Rect::from_min_max(pos2(10.0, 5.0), pos2(20.0, 15.0)), 0.0, red);
        });
        let is_red = |x, y| picture.get_pixel(x, y).0 == [200, 10, 20, 255];
        // Ten by ten pixels, (10, 5) to (19, 14); egui's fading edge may touch the ring around them.
        assert!((10..20).all(|x| (5..15).all(|y| is_red(x, y))));
        assert!(!is_red(8, 10) && !is_red(21, 10) && !is_red(15, 3) && !is_red(15, 16));
    }

    #[test]
    fn half_transparent_white_over_black_is_grey_once() {
        let picture = pictured(|p| {
            let square = Rect::from_min_max(pos2(4.0, 4.0), pos2(16.0, 16.0));
            p.rect_filled(square, 0.0, Color32::BLACK);
            p.rect_filled(square, 0.0, Color32::from_white_alpha(128));
        });
        // 128 of 255 everywhere inside: a seam along the rectangle's diagonal would be painted twice and be lighter.
        for (x, y) in (6..14).flat_map(|x| (6..14).map(move |y| (x, y))) {
            assert_eq!(picture.get_pixel(x, y).0, [128, 128, 128, 255], "at {x}, {y}");
        }
    }

    #[test]
    fn what_lies_outside_the_clip_rectangle_is_not_painted() {
        let picture = pictured(|p| {
            let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(40.0, 20.0));
            p.rect_filled(all, 0.0, Color32::BLACK);
            let left = p.with_clip_rect(Rect::from_min_max(pos2(0.0, 0.0), pos2(10.0, 20.0)));
            left.rect_filled(all, 0.0, Color32::WHITE);
        });
        assert_eq!(picture.get_pixel(9, 10).0, [255, 255, 255, 255]);
        assert_eq!(picture.get_pixel(10, 10).0, [0, 0, 0, 255]);
    }

    #[test]
    fn letters_are_drawn() {
        let picture = pictured(|p| {
            p.rect_filled(Rect::from_min_max(pos2(0.0, 0.0), pos2(40.0, 20.0)), 0.0, Color32::BLACK);
            let font = egui::FontId::proportional(14.0);
            p.text(pos2(4.0, 2.0), egui::Align2::LEFT_TOP, "HH", font, Color32::WHITE);
        });
        let lit = picture.pixels().filter(|pixel| pixel.0[0] > 128).count();
        assert!(lit > 20 && lit < 400, "{lit} bright pixels");
    }
}
