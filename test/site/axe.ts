// axe for a page without frames of other sites: it is asked in place, and tells what is violated and nothing beside it.
// By default it would carry each element that passes to a second page and back, which takes four times as long on a
// chapter and finds the same.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export const axe = (page: Page): AxeBuilder =>
  new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
