using System.CommandLine;

namespace StreamCoord.Cli.Commands;

/// <summary>Commands of one noun.</summary>
/// <param name="Name">The noun; null for commands that stand alone.</param>
/// <param name="Description">What it is about.</param>
/// <param name="Commands">The commands, and what they do.</param>
internal sealed record CommandGroup(string? Name, string Description, IReadOnlyList<(Command Command, CommandLine.CommandAction Action)> Commands);
