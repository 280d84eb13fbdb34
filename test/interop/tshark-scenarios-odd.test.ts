import { describe } from 'vitest';
import { judgeScenarios } from './tshark-scenarios.ts';

describe('tshark reads what the scenarios sent', () => judgeScenarios((index) => index % 2 === 1));
