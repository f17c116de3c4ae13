/** Drawn on a 20 × 20 grid, in the colour of the text around them. */
const PATHS = {
  menu: 'M3.5 5h13M3.5 10h13M3.5 15h13',
  sidebar: 'M3.5 4.5h13v11h-13zM8 4.5v11',
  plus: 'M10 4v12M4 10h12',
  pen: 'm4 16 .8-3.4L13.5 4l2.5 2.5-8.6 8.7zM11.8 5.7l2.5 2.5',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5',
  search: 'M9 3.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 9 3.8M13 13l3.6 3.6',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4 10.5 4 4 8-9',
  send: 'M10 16V4.5M5 9.2l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  clip: 'm15.5 9.5-5.6 5.6a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.2 3.2l-6 6a1.1 1.1 0 0 1-1.6-1.6l5.4-5.4',
  copy: 'M7 7h9v9H7zM13 7V4H4v9h3',
  chevron: 'm7 4.5 5.5 5.5L7 15.5',
  down: 'M10 4v11M5 10.5l5 5 5-5',
  sun: 'M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1',
  moon: 'M16 12.2A6.8 6.8 0 0 1 7.8 4 6.5 6.5 0 1 0 16 12.2',
  screen: 'M3 4.5h14v9H3zM7.5 16.5h5M10 13.5v3',
  file: 'M5 2.8h6.5L15 6.3v10.9H5zM11.3 3v3.5h3.5',
  download: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  terminal: 'm4 6 4 4-4 4M10 14.5h6',
  eye: 'M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5M10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4',
  eyeOff: 'M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5M4 16 16 4',
  tool: 'M12.5 3.6a4 4 0 0 0-4 5.3L3.8 13.6l2.6 2.6 4.7-4.7a4 4 0 0 0 5.2-5l-2.5 2.5-2.3-.5-.5-2.3z',
  warning: 'M10 3.5 17.5 16h-15zM10 8.2v3.6M10 13.8v.4',
  image: 'M3.5 4.5h13v11h-13zM4 14l4-4 3 3 2-2 3 3M12.7 7.5v.2',
  globe: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M3 10h14M10 3c3.5 4 3.5 10 0 14-3.5-4-3.5-10 0-14',
  plug: 'M7.5 3v4M12.5 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V17',
  out: 'M8 4H4v12h4M8 10h8.5M13.5 7l3 3-3 3',
  list: 'M8 5h9M8 10h9M8 15h9M3.5 5h1M3.5 10h1M3.5 15h1',
  people:
    'M7.5 4a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M2.5 16.5c.3-3 2.3-4.6 5-4.6s4.7 1.6 5 4.6M13 4.4a2.6 2.6 0 0 1 0 4.9M14.2 12c1.9.5 3.1 2 3.3 4.5',
  book: 'M4 4.5c2.5-.8 4.5-.5 6 .8 1.5-1.3 3.5-1.6 6-.8v11c-2.5-.8-4.5-.5-6 .8-1.5-1.3-3.5-1.6-6-.8zM10 5.3v11',
  compact: 'M3.5 10h13M10 2.5V7M7.5 4.8 10 7.2l2.5-2.4M10 17.5V13M7.5 15.2l2.5-2.4 2.5 2.4',
  spark: 'M10 3c.6 4 2.8 6.3 7 7-4.2.7-6.4 3-7 7-.6-4-2.8-6.3-7-7 4.2-.7 6.4-3 7-7',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 18,
  className = '',
}: {
  name: IconName;
  size?: number;
  className?: string;
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
