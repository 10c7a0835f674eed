// The style sheet of a report. No fonts or files from elsewhere.
export const reportStyle: string = `
:root { color-scheme: light; --ink: #1c2530; --soft: #5b6774; --line: #dfe4ea; --blue: #2563a8; --orange: #c2560a; --grey: #9aa4b0 }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 24px; max-width: 1320px; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #f7f8fa }
h1 { margin: 0 0 4px; font-size: 28px }
h2 { margin: 0 0 12px; font-size: 18px }
header, section { margin: 0 0 16px; padding: 20px; background: #fff; border: 1px solid var(--line); border-radius: 8px }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 0 16px }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 16px }
.tile { flex: 1 1 160px; padding: 12px; border: 1px solid var(--line); border-radius: 6px }
.tile b { display: block; font-size: 24px; line-height: 1.2 }
.tile span, .note { color: var(--soft) }
.note { margin: 8px 0; max-width: 75ch }
svg { max-width: 100%; height: auto }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 5px; background: var(--grey) }
.key.blue { background: var(--blue) }
.key.orange { background: var(--orange) }
table { border-collapse: collapse; font-size: 13px }
th, td { padding: 4px 10px 4px 0; text-align: left; vertical-align: top }
.facts th { color: var(--soft); font-weight: 500; white-space: nowrap }
.kernels thead th { border-bottom: 1px solid var(--line) }
.kernels tbody { border-bottom: 1px solid var(--line) }
.kernels tr.why td { padding-top: 0 }
.wide { overflow-x: auto }
code, pre { font: 12px/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: 12px; background: #f7f8fa; border: 1px solid var(--line); border-radius: 6px }
summary { cursor: pointer; color: var(--blue) }
.mistakes { display: flex; flex-wrap: wrap; gap: 14px }
figure { margin: 0; width: 84px; font-size: 12px; line-height: 1.35 }
figure img { display: block; image-rendering: pixelated; border-radius: 4px; background: #000 }
`
