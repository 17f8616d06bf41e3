using System.CommandLine;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Commands;

/// <summary>Prints what a shell runs to complete commands and options: it asks the tool itself.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _streamcoord() {
            local line=${COMP_LINE}
            mapfile -t COMPREPLY < <(streamcoord "[suggest:${COMP_POINT}]" "$line" 2>/dev/null | grep -- "^${COMP_WORDS[COMP_CWORD]}")
        }
        complete -F _streamcoord streamcoord
        """;

    private const string Zsh = """
        _streamcoord() {
            local -a found
            found=("${(@f)$(streamcoord "[suggest:${CURSOR}]" "$BUFFER" 2>/dev/null)}")
            compadd -a found
        }
        compdef _streamcoord streamcoord
        """;

    public static Command Create(Terminal terminal)
    {
        Argument<string> shell = new Argument<string>("shell") { Description = "bash or zsh." }.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command("completion", "Print a script that completes commands: source <(streamcoord completion bash)") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.WriteLine(parsed.GetValue(shell) == "bash" ? Bash : Zsh);
            return ExitCodes.Done;
        });
        return command;
    }
}
