// Runs before the first picture is drawn, so that the page never shows in the wrong theme.
const chosen = localStorage.getItem('edgewise.theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
