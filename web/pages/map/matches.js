// Who stands out on the map: the members that a link names, the answer of a search, a name, near copies.
import {useState, useEffect, count} from '/static/shared/ui.js';
import {get, post} from '/static/shared/api.js';
import {patient} from './members.js';

export function useMatches(index, params) {
  const [matches, setMatches] = useState(null), [finding, setFinding] = useState(''), [problem, setProblem] = useState();
  const ids = [...params.getAll('id'), ...(params.get('ids') || '').split('\n').filter(Boolean)], text = params.get('text') || '', query = params.get('query') || '';

  /** run does something that finds rows, and says meanwhile what. */
  const run = async (what, find, here = () => true) => {
    setFinding(what);
    setProblem(undefined);
    try {
      const found = await find();
      if (here()) setMatches(found);
    } catch (error) {
      if (here() && error.name !== 'AbortError') { setProblem(error); setMatches(null); }
    }
    if (here()) setFinding('');
  };
  const rowsOf = async body => (await post('/api/map/find', {index, ...body})).rows;

  useEffect(() => {
    let here = true;
    if (query) {
      // ?query= holds the parameters of a search as the Search page has them in its address.
      const asked = Object.fromEntries([...new URLSearchParams(query).keys()].map(key => [key, new URLSearchParams(query).getAll(key)]));
      run('Searching', async () => {
        const found = await get('/api/search', {k: 60, ...asked, index});
        return {title: 'Found', rows: await rowsOf({ids: found.results.map(r => r.id)})};
      }, () => here);
    } else if (ids.length) run('Looking for them', async () => ({title: 'From the link', rows: await rowsOf({ids})}), () => here);
    else if (text) run('Looking', async () => ({title: `“${text}”`, rows: await rowsOf({text})}), () => here);
    else setMatches(m => m?.copies ? m : null);
    return () => { here = false; };
  }, [index, query, ids.join('\n'), text]);

  return {
    matches, finding, problem, setMatches,
    copies: () => run('Comparing all with all', async () => {
      const {groups} = await patient('/api/map/copies', {index});
      return {copies: true, title: `Near copies in ${count(groups.length, 'group')}`, rows: groups.flat()};
    }),
  };
}
