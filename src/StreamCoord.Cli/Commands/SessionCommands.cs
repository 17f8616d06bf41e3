using System.CommandLine;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Commands;

/// <summary>Sessions of the tree.</summary>
internal static class SessionCommands
{
    public static CommandGroup All() => new("sessions", "Sessions of the znode tree.",
    [
        (new Command("list", "List the sessions and their ephemeral znodes."), ListAsync),
    ]);

    private static async Task<int> ListAsync(Invocation call)
    {
        JsonNode dump = await call.Gateway.GetAsync("/commands/dump", call.Stop);
        JsonNode sessions = dump["session_id_to_ephemeral_paths"]!;
        call.Print(sessions.DeepClone(), () =>
        {
            foreach ((string id, JsonNode? paths) in sessions.AsObject())
            {
                call.Out.WriteLine(id);
                paths!.AsArray().ToList().ForEach(path => call.Out.WriteLine($"  {path}"));
            }
        });
        return ExitCodes.Done;
    }
}
