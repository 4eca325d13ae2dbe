import config from './playwright.config.js';

export default { ...config, testMatch: 'pictures.js' };
