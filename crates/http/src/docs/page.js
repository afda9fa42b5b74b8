'use strict';
(() => {
  const box = document.querySelector('.search');
  const input = document.getElementById('q');
  const found = document.getElementById('found');
  const articles = [...document.querySelectorAll('main article')];
  const texts = articles.map((article) => article.querySelector('.told').textContent.toLowerCase());
  const links = new Map([...document.querySelectorAll('nav li a')].map((a) => [a.hash.slice(1), a]));
  box.hidden = false;

  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    articles.forEach((article, at) => {
      const fits = words.every((word) => texts[at].includes(word));
      article.hidden = !fits;
      links.get(article.id).parentElement.hidden = !fits;
      count += fits;
    });
    for (const section of document.querySelectorAll('main section')) {
      const own = section.querySelectorAll('article');
      section.hidden = words.length > 0 && (own.length === 0 || [...own].every((article) => article.hidden));
    }
    for (const list of document.querySelectorAll('nav ul')) {
      const empty = words.length > 0 && [...list.children].every((item) => item.hidden);
      list.hidden = empty;
      if (list.previousElementSibling.tagName === 'H2') list.previousElementSibling.hidden = empty;
    }
    found.textContent = words.length ? `${count} of ${articles.length} endpoints` : '';
  };
  input.addEventListener('input', search);
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== input && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === 'Escape' && document.activeElement === input) {
      input.value = '';
      search();
    }
  });
  // A link into what the search has hidden shows everything again.
  window.addEventListener('hashchange', () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.closest('[hidden]')) {
      input.value = '';
      search();
      target.scrollIntoView();
    }
  });

  for (const pre of document.querySelectorAll('pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(pre);
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
    pre.before(button);
  }

  // The sidebar follows the page.
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute('aria-current');
      const link = links.get(entry.target.id);
      link.setAttribute('aria-current', 'true');
      const nav = link.closest('nav');
      if (getComputedStyle(nav).position === 'fixed') {
        const [at, frame] = [link.getBoundingClientRect(), nav.getBoundingClientRect()];
        if (at.top < frame.top + 90 || at.bottom > frame.bottom) nav.scrollBy(0, at.top - frame.top - frame.height / 3);
      }
    }
  }, { rootMargin: '-10% 0px -80% 0px' });
  articles.forEach((article) => watcher.observe(article));
})();
