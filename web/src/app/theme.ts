import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = ['#eef1fd', '#dbe1fa', '#b8c4f5', '#9db2ff', '#7389ea', '#5069dd', '#2b4acb', '#2b4acb', '#233da8', '#1a2e80'];

/** The greys of dark fields and panels: text first, the deepest ground last. The fifth is the edge of controls. */
const dark: MantineColorsTuple = ['#e6e9ef', '#c3cad5', '#9aa4b2', '#8a94a3', '#6b7482', '#2d3440', '#1a1e26', '#12151b', '#0f1217', '#0b0d11'];

/** Mantine's part of the looks; src/app/looks.css has the colours by state. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 3 },
  // The accent is dark on light ground and light on dark ground, so what is written on it changes too.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const accented = input.variant === 'filled' && (input.color === undefined || input.color === 'accent');
    // What destroys: Mantine's red is too pale under white.
    if (input.variant === 'filled' && input.color === 'red') return { ...colors, background: 'var(--expired)', hover: 'var(--expired)', color: 'var(--on-accent)', hoverColor: 'var(--on-accent)' };
    return accented ? { ...colors, color: 'var(--on-accent)', hoverColor: 'var(--on-accent)' } : colors;
  },
  colors: { accent, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1rem', sm: '1.25rem', md: '1.25rem', lg: '1.5rem', xl: '1.75rem' },
  spacing: { xs: '4px', sm: '8px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '2px', sm: '4px', md: '8px', lg: '8px', xl: '8px' },
  defaultRadius: 'sm',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.25rem', lineHeight: '1.75rem' }, h2: { fontSize: '1rem', lineHeight: '1.5rem' }, h3: { fontSize: '0.875rem', lineHeight: '1.25rem' } } },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Modal: { defaultProps: { transitionProps: { duration: 120, transition: 'fade' }, overlayProps: { backgroundOpacity: 0.4 } } },
    // A form has dozens: their lists are made when they are opened, and not placed before.
    Combobox: { defaultProps: { keepMounted: false } },
    // A menu has entries only; the first takes the focus.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // Its element would be a banner of the page otherwise.
    ModalHeader: { defaultProps: { role: 'none' } },
    DrawerHeader: { defaultProps: { role: 'none' } },
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 120 }, events: { hover: true, focus: true, touch: false } } },
  },
});

/** The colours of the design note, as the variables Mantine's components read. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff', '--mantine-color-text': '#1a1f29', '--mantine-color-dimmed': '#566070',
    '--mantine-color-placeholder': '#6b7482', '--mantine-color-default-border': '#868e9c', '--mantine-color-error': '#a8201a',
    '--mantine-color-anchor': '#2b4acb', '--mantine-color-gray-4': '#868e9c',
  },
  dark: {
    '--mantine-color-body': '#12151b', '--mantine-color-text': '#e6e9ef', '--mantine-color-dimmed': '#9aa4b2',
    '--mantine-color-placeholder': '#8a94a3', '--mantine-color-default-border': '#6b7482', '--mantine-color-error': '#ff8a80',
    '--mantine-color-anchor': '#9db2ff', '--mantine-color-default': '#1a1e26', '--mantine-color-default-hover': '#232936',
    '--mantine-color-disabled': '#232936', '--mantine-color-disabled-color': '#8a94a3', '--mantine-color-disabled-border': '#2d3440',
  },
});
