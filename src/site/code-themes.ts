// Code is ink like everything else: keywords are heavier, strings and numbers borrow a hue, comments step back.
import { ExpressiveCodeTheme } from '@astrojs/starlight/expressive-code';

interface Ink {
  text: string;
  muted: string;
  string: string;
  number: string;
  ground: string;
}

function theme(name: string, type: 'light' | 'dark', ink: Ink): ExpressiveCodeTheme {
  const rule = (scope: string[], foreground: string, fontStyle?: string) => ({
    scope,
    settings: fontStyle === undefined ? { foreground } : { foreground, fontStyle },
  });
  return new ExpressiveCodeTheme({
    name,
    type,
    colors: { 'editor.background': ink.ground, 'editor.foreground': ink.text },
    settings: [
      { settings: { foreground: ink.text, background: ink.ground } },
      rule(['comment', 'punctuation.definition.comment'], ink.muted, 'italic'),
      rule(
        ['keyword', 'storage', 'storage.type', 'keyword.operator.new', 'support.type.property-name'],
        ink.text,
        'bold',
      ),
      rule(['keyword.operator', 'punctuation'], ink.text, ''),
      rule(['string', 'string.quoted', 'punctuation.definition.string', 'constant.other.symbol'], ink.string),
      rule(['constant.numeric', 'constant.language'], ink.number),
    ],
  });
}

// The values are tokens.css's --text, --muted, --layer-http and --layer-app: shiki needs literal colours.
export const codeThemes = [
  theme('roundtrip-dark', 'dark', {
    text: '#ebe8e1',
    muted: '#aaa599',
    string: '#aee8a2',
    number: '#f79db8',
    ground: '#201f1c',
  }),
  theme('roundtrip-light', 'light', {
    text: '#1c1a17',
    muted: '#605c53',
    string: '#114d0d',
    number: '#8c2557',
    ground: '#f5f3ed',
  }),
];
