// What a dashboard of ours may be: Grafana's own types, with the options of each panel. dashboard.schema.json
// is made of it, so that the test needs no Node:
//
//   npm install --ignore-scripts @grafana/schema@13.2.3 ts-json-schema-generator@2
//   npx ts-json-schema-generator --path dashboard.ts --type Dashboard --no-type-check --expose export --jsDoc none
import type { Dashboard as Whole, Panel, RowPanel, FieldConfig, FieldConfigSource, DataSourceRef } from './node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen';
import type * as timeseries from './node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen';
import type * as stat from './node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen';
import type * as table from './node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen';
import type * as bargauge from './node_modules/@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen';

/** What the Prometheus data source reads of a query. */
interface Target {
  refId: string; datasource: DataSourceRef; expr: string; legendFormat?: string;
  format?: 'time_series' | 'table' | 'heatmap'; instant?: boolean; range?: boolean; interval?: string; hide?: boolean;
}
type Fields<F> = Omit<FieldConfigSource, 'defaults'> & { defaults: Omit<FieldConfig, 'custom'> & { custom?: Partial<F> } };
type Of<T extends string, O, F> = Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: T; options: Partial<O>; fieldConfig: Fields<F>; targets: Target[];
};
export type Dashboard = Omit<Whole, 'panels'> & {
  panels: Array<RowPanel | Of<'timeseries', timeseries.Options, timeseries.FieldConfig> | Of<'stat', stat.Options, {}> |
    Of<'table', table.Options, table.FieldConfig> | Of<'bargauge', bargauge.Options, {}>>;
};
