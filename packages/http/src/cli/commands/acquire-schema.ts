import { Command } from 'commander'
import { pipelineJsonSchema } from '../../acquisition/index.js'

/** `async-patterns acquire schema`: what an editor needs to complete and check a pipeline file. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of a pipeline file, for editors.')
    .action(() => console.log(JSON.stringify(pipelineJsonSchema(), null, 2)))
}
