using StreamCoord.Cli;
using StreamCoord.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
