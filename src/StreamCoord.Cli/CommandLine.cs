using System.CommandLine;
using System.CommandLine.Parsing;
using StreamCoord.Cli.Commands;
using StreamCoord.Cli.Http;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli;

/// <summary>The tool's command line: all commands, the options that they share, and how they end.</summary>
internal static class CommandLine
{
    private const string UrlVariable = "STREAMCOORD_URL";
    private const string UserVariable = "STREAMCOORD_USER";

    private static readonly Option<Uri> Url = new("--url")
    {
        Description = $"The HTTP gateway of any silo; {UrlVariable} without it, and http://127.0.0.1:8080 without both.",
        Recursive = true,
        CustomParser = ParseUrl,
        DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable(UrlVariable) ?? "http://127.0.0.1:8080"),
    };

    private static readonly Option<string?> User = new("--user")
    {
        Description = $"user:password, where access is controlled; {UserVariable} without it, which no list of processes shows.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(UserVariable),
    };

    private static readonly Option<string> Output = new Option<string>("--output", "-o")
    {
        Description = "text, as the tools of Kafka and ZooKeeper print it, or json.",
        Recursive = true,
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    /// <summary>What a command does; its result is the exit code.</summary>
    public delegate Task<int> CommandAction(Invocation invocation);

    /// <summary>Runs a command line to its end and returns the exit code, one of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken stop = default)
    {
        ParseResult parsed = Build(terminal).Parse(arguments);
        int code = await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, stop);
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("The tool for StreamCoord: topics, records, groups, znodes, sessions and the cluster.");
        root.Options.Add(Url);
        root.Options.Add(User);
        root.Options.Add(Output);
        Add(root, TopicCommands.All(), terminal);
        Add(root, RecordCommands.All(), terminal);
        Add(root, GroupCommands.All(), terminal);
        Add(root, ZNodeCommands.All(), terminal);
        Add(root, SessionCommands.All(), terminal);
        Add(root, ClusterCommands.All(), terminal);
        Add(root, BenchCommands.All(), terminal);
        root.Subcommands.Add(CompletionCommand.Create(terminal));
        return root;
    }

    private static void Add(RootCommand root, CommandGroup group, Terminal terminal)
    {
        Command parent = root;
        if (group.Name is not null)
        {
            parent = new Command(group.Name, group.Description);
            root.Subcommands.Add(parent);
        }
        foreach ((Command command, CommandAction action) in group.Commands)
        {
            command.SetAction((parsed, stop) => RunAsync(parsed, action, terminal, stop));
            parent.Subcommands.Add(command);
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, CommandAction action, Terminal terminal, CancellationToken stop)
    {
        try
        {
            using var gateway = new Gateway(parsed.GetValue(Url)!, parsed.GetValue(User));
            return await action(new Invocation(parsed, gateway, terminal, parsed.GetValue(Output) == "json", stop));
        }
        catch (CliException exception)
        {
            terminal.Error.WriteLine(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine(CauseOf(exception).Message);
            return CauseOf(exception) is CliException refusal ? refusal.ExitCode : ExitCodes.Refused;
        }
    }

    // What a body throws while it is sent comes wrapped.
    private static Exception CauseOf(Exception exception) => exception.InnerException is { } inner and (CliException or IOException) ? CauseOf(inner) : exception;

    private static Uri? ParseUrl(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }
        result.AddError($"'{text}' is no address of an HTTP gateway, such as http://127.0.0.1:8080.");
        return null;
    }
}
