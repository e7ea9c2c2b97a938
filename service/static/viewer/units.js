// Areas in three units, shares, and a +/- that says how far the digits go.

import { lang, t } from './i18n.js';
import { state } from './state.js';

const PER_M2 = { km2: 1e-6, ha: 1e-4, mu: 0.0015 };
const MANY_MU = 1e5;

export const UNITS = ['km2', 'ha', 'mu'];

// One unit for a whole table: in Chinese, many mu are counted by ten thousands.
export function tableUnit(largestM2, unit = state.unit) {
  const many = unit === 'mu' && lang() === 'zh' && largestM2 * PER_M2.mu >= MANY_MU;
  return many ? { factor: PER_M2.mu / 1e4, name: t('wan_mu') } : { factor: PER_M2[unit], name: t(unit) };
}

const grouped = (value, digits) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const digitsOf = (value) => (value === 0 ? 0 : Math.min(4, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))))));

export function areaText(m2, unit = state.unit) {
  const { factor, name } = tableUnit(m2, unit);
  const value = m2 * factor;
  return `${grouped(value, value >= 1000 ? 0 : digitsOf(value) - 1 < 0 ? 0 : digitsOf(value) - 1)} ${name}`;
}

// Value and +/-: two significant figures of the +/-, the value to the same place.
export function withSpread(m2, spreadM2, factor) {
  const value = m2 * factor;
  if (!(spreadM2 > 0)) return [grouped(value, digitsOf(value)), null];
  const spread = spreadM2 * factor;
  const place = Math.floor(Math.log10(spread)) - 1;
  const digits = Math.min(6, Math.max(0, -place));
  const round = place > 0 ? 10 ** place : 1;
  return [grouped(value, digits), grouped(Math.round(spread / round) * round, digits)];
}

export function shareText(share) {
  if (share === null || share === undefined) return '–';
  if (share === 0) return '0';
  if (share < 0.001) return '<0.1%';
  const percent = 100 * share;
  return share < 1 && percent.toFixed(1) === '100.0' ? '>99.9%' : `${percent.toFixed(share < 0.1 ? 2 : 1)}%`;
}

export const numberText = (value, digits = 0) => grouped(value, digits);
export const kilometres = (km) => `${grouped(km, km >= 100 ? 0 : 1)} km`;
