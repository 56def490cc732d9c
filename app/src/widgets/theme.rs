//! The look in one place: colours of both themes, type, spacing, and the colour and pattern of each service.
//!
//! [`install`] gives an [`egui::Context`] our fonts and both styles; views then ask [`Tokens::of`] for a colour by its
//! role and [`text`](figure) helpers for a size by its role. No other file names a colour. Pairs that carry text have a
//! contrast of at least 4.5:1, which a test here checks; `faint` and the service colours never carry text.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Shadow, Stroke,
    Style, TextStyle, Theme, Visuals, vec2,
};

pub const SANS: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-Regular.ttf");
pub const SANS_MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-Medium.ttf");
pub const SANS_SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf");
const MONO: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexMono-Regular.ttf");
/// How much larger than letters of the same size icons are.
pub const ICON_SCALE: f32 = 1.15;
pub const ICONS: &[u8] = include_bytes!("../../../assets/fonts/Phosphor.ttf");

/// Sizes of type in points.
pub const LABEL: f32 = 11.0;
pub const BODY: f32 = 13.0;
pub const TITLE: f32 = 15.0;
pub const FIGURE: f32 = 22.0;

/// Heights and distances in points; space goes in steps of four.
pub const STEP: f32 = 4.0;
pub const ROW: f32 = 28.0;
pub const RADIUS_FIELD: u8 = 6;
pub const RADIUS_CARD: u8 = 8;
pub const RADIUS_PANEL: u8 = 12;

/// The colours of one theme, each by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub dark: bool,
    /// Behind everything.
    pub ground: Color32,
    /// Side panels, cards.
    pub panel: Color32,
    /// What stands on a panel: fields, buttons, bands.
    pub raised: Color32,
    /// One-pixel lines.
    pub line: Color32,
    pub text: Color32,
    pub muted: Color32,
    /// Never text that must be read: inactive icons, axis lines.
    pub faint: Color32,
    pub accent: Color32,
    /// Behind what is selected.
    pub tint: Color32,
    /// Text and icons on a surface filled with the accent.
    pub on_accent: Color32,
    pub good: Color32,
    pub warn: Color32,
    pub bad: Color32,
    pub public_tier: Color32,
    pub private_tier: Color32,
}

pub const DARK: Tokens = Tokens {
    dark: true,
    ground: hex(0x0F_15_20),
    panel: hex(0x15_1D_2B),
    raised: hex(0x1C_26_37),
    line: hex(0x28_34_49),
    text: hex(0xE6_EB_F4),
    muted: hex(0x8E_9B_B3),
    faint: hex(0x5C_6A_84),
    accent: hex(0x5B_9B_FF),
    tint: hex(0x1B_31_57),
    on_accent: hex(0x0F_15_20), // white would have 2.8:1 on this accent
    good: hex(0x4C_C3_8A),
    warn: hex(0xF2_B2_3E),
    bad: hex(0xF4_78_78),
    public_tier: hex(0x16_30_2B),
    private_tier: hex(0x17_24_3B),
};

pub const LIGHT: Tokens = Tokens {
    dark: false,
    ground: hex(0xF3_F5_F9),
    panel: hex(0xFF_FF_FF),
    raised: hex(0xF7_F9_FC),
    line: hex(0xDC_E2_EC),
    text: hex(0x18_20_2E),
    muted: hex(0x5D_6A_80),
    faint: hex(0x94_A0_B4),
    accent: hex(0x1A_61_D1),
    tint: hex(0xE3_EE_FF),
    on_accent: hex(0xFF_FF_FF),
    good: hex(0x15_72_4A),
    warn: hex(0x8F_5A_00),
    bad: hex(0xC2_34_34),
    public_tier: hex(0xE9_F6_F0),
    private_tier: hex(0xEA_F1_FC),
};

/// The six service colours, in order; the seventh service has the first colour again, hatched.
pub const SERVICES: [Color32; 6] =
    [hex(0x4C_8B_F5), hex(0xF0_92_3A), hex(0x27_B0_9B), hex(0xC7_64_C0), hex(0xD8_B6_2F), hex(0x85_77_F2)];

/// Text on a surface filled with a service colour, in both themes.
pub const ON_SERVICE: Color32 = hex(0x0F_15_20);

/// The lines drawn over a service's colour, so that colour is never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Plain,
    /// Lines from bottom left to top right.
    Rising,
    /// Lines from top left to bottom right.
    Falling,
    Level,
    Upright,
    /// Rising and falling.
    Crossed,
}

impl Pattern {
    /// The directions of its lines.
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Self::Plain => &[],
            Self::Rising => &[Direction::Rising],
            Self::Falling => &[Direction::Falling],
            Self::Level => &[Direction::Level],
            Self::Upright => &[Direction::Upright],
            Self::Crossed => &[Direction::Rising, Direction::Falling],
        }
    }
}

/// Which way a pattern's lines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Rising,
    Falling,
    Level,
    Upright,
}

/// The colour, the pattern, and whether this is a repeat whose pattern is drawn strongly over a paler ground.
pub fn service(slot: u16) -> (Color32, Pattern, bool) {
    use Pattern::{Crossed, Falling, Level, Plain, Rising, Upright};
    const FIRST: [Pattern; 6] = [Plain, Rising, Falling, Level, Upright, Crossed];
    const REPEATS: [Pattern; 6] = [Rising, Falling, Level, Upright, Crossed, Rising];
    let place = usize::from(slot) % SERVICES.len();
    let again = usize::from(slot) >= SERVICES.len();
    (SERVICES[place], if again { REPEATS[place] } else { FIRST[place] }, again)
}

impl Tokens {
    /// The colours of the theme in use.
    pub fn of(context: &Context) -> Self {
        match context.theme() {
            Theme::Dark => DARK,
            Theme::Light => LIGHT,
        }
    }
}

/// A family for weights: 500 for what is pressed, 600 for names and amounts.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The one figure that matters, 22 points.
pub fn figure(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(FIGURE, semibold()))
}

/// The name of a card or of what is selected, 15 points.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(TITLE, semibold()))
}

/// A name or an amount within a row, 13 points, heavier than its neighbours.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(BODY, semibold()))
}

/// The heading of a group of rows, 11 points.
pub fn label(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(LABEL, semibold()))
}

/// What explains, 11 points; give it `tokens.muted`.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(LABEL, FontFamily::Proportional))
}

/// Gives a context our fonts, and our style for each theme. Call it once, before the first frame.
pub fn install(context: &Context) {
    context.set_fonts(fonts());
    for (theme, tokens) in [(Theme::Dark, DARK), (Theme::Light, LIGHT)] {
        context.style_mut_of(theme, |style| dress(style, &tokens));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallbacks = fonts.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    for (name, bytes) in
        [("plex", SANS), ("plex-medium", SANS_MEDIUM), ("plex-semibold", SANS_SEMIBOLD), ("plex-mono", MONO)]
    {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let mut icons = FontData::from_static(ICONS);
    icons.tweak.y_offset_factor = 0.07; // their box is the em square: sink it to the middle of the lower-case letters
    icons.tweak.scale = ICON_SCALE;
    fonts.font_data.insert("icons".to_owned(), Arc::new(icons));
    let family = |first: &str| {
        [first, "icons"].into_iter().map(str::to_owned).chain(fallbacks.iter().cloned()).collect::<Vec<_>>()
    };
    fonts.families = BTreeMap::from([
        (FontFamily::Proportional, family("plex")),
        (medium(), family("plex-medium")),
        (semibold(), family("plex-semibold")),
        (FontFamily::Monospace, family("plex-mono")),
    ]);
    fonts
}

fn dress(style: &mut Style, tokens: &Tokens) {
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, FontId::proportional(LABEL)),
        (TextStyle::Body, FontId::proportional(BODY)),
        (TextStyle::Button, FontId::new(BODY, medium())),
        (TextStyle::Heading, FontId::new(TITLE, semibold())),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]);
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(STEP * 2.0, STEP);
    spacing.button_padding = vec2(STEP * 2.5, STEP);
    spacing.interact_size = vec2(36.0, ROW - 2.0);
    spacing.window_margin = Margin::same(12);
    spacing.menu_margin = Margin::same(6);
    spacing.indent = 16.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 9.0;
    spacing.icon_spacing = 6.0;
    spacing.combo_width = 96.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    style.visuals = visuals(tokens);
}

fn visuals(tokens: &Tokens) -> Visuals {
    let mut visuals = if tokens.dark { Visuals::dark() } else { Visuals::light() };
    let field = CornerRadius::same(RADIUS_FIELD);
    let line = Stroke::new(1.0, tokens.line);
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = line;
    visuals.window_corner_radius = CornerRadius::same(RADIUS_PANEL);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_CARD);
    let shadow = Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: Color32::from_black_alpha(if tokens.dark { 110 } else { 40 }),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.faint_bg_color = tokens.raised;
    visuals.extreme_bg_color = tokens.ground;
    visuals.text_edit_bg_color = Some(tokens.raised);
    visuals.code_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.warn;
    visuals.error_fg_color = tokens.bad;
    visuals.weak_text_color = Some(tokens.muted);
    visuals.selection.bg_fill = tokens.tint;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    visuals.striped = false;
    let widgets = &mut visuals.widgets;
    for (state, fill, border, ink) in [
        (&mut widgets.noninteractive, tokens.panel, tokens.line, tokens.text),
        (&mut widgets.inactive, tokens.raised, tokens.line, tokens.text),
        (
            &mut widgets.hovered,
            mixed(tokens.raised, tokens.accent, 0.12),
            mixed(tokens.line, tokens.accent, 0.4),
            tokens.text,
        ),
        (&mut widgets.active, tokens.tint, tokens.accent, tokens.text),
        (&mut widgets.open, tokens.raised, mixed(tokens.line, tokens.accent, 0.4), tokens.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, border);
        state.fg_stroke = Stroke::new(1.0, ink);
        state.corner_radius = field;
        state.expansion = 0.0;
    }
    visuals
}

/// A colour between two: `share` 0 is the first, 1 the second.
pub fn mixed(first: Color32, second: Color32, share: f32) -> Color32 {
    let part = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(part(first.r(), second.r()), part(first.g(), second.g()), part(first.b(), second.b()))
}

const fn hex(rgb: u32) -> Color32 {
    let [_, r, g, b] = rgb.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: WCAG 2.2, "relative luminance" and "contrast ratio".
    fn contrast(first: Color32, second: Color32) -> f64 {
        let luminance = |color: Color32| {
            let linear = |channel: u8| {
                let c = f64::from(channel) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
        };
        let (a, b) = (luminance(first), luminance(second));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_measured_as_wcag_does() {
        // Black on white is 1.05 / 0.05 = 21; #767676 on white is known as the lightest grey that passes, 4.54.
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(hex(0x76_76_76), Color32::WHITE) - 4.54).abs() < 0.005);
    }

    #[test]
    fn text_can_be_read_on_everything_it_stands_on() {
        for t in [DARK, LIGHT] {
            let surfaces = [t.ground, t.panel, t.raised, t.tint, t.public_tier, t.private_tier];
            let inks = [t.text, t.muted, t.good, t.warn, t.bad, t.accent];
            let pairs = inks.iter().flat_map(|&ink| surfaces.iter().map(move |&surface| (ink, surface)));
            let filled = [(t.on_accent, t.accent)];
            let services = SERVICES.iter().map(|&service| (ON_SERVICE, service));
            for (ink, surface) in pairs.chain(filled).chain(services) {
                let found = contrast(ink, surface);
                assert!(found >= 4.5, "dark {}: {ink:?} on {surface:?} has {found:.2}:1", t.dark);
            }
        }
    }

    #[test]
    fn no_two_of_the_first_twelve_services_look_alike() {
        let looks: Vec<_> = (0..12).map(service).collect();
        for (place, look) in looks.iter().enumerate() {
            assert!(!looks[..place].contains(look), "service {place} looks like an earlier one");
        }
        // The repeat keeps the colour of its first and has a pattern even where the first has none.
        assert_eq!(service(6).0, service(0).0);
        assert_ne!(service(6).1, Pattern::Plain);
    }
}
