using System.Text;
using StreamCoord.Cli.Tests;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

[assembly: AssemblyFixture(typeof(OneSilo))]

namespace StreamCoord.Cli.Tests;

/// <summary>The silo that all tests ask, each for topics, groups and znodes of its own.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>The silo.</summary>
    public SiloProcess Silo { get; private set; } = null!;

    /// <summary>Runs the tool against it, with lines on its standard input.</summary>
    internal Task<ToolResult> RunAsync(string[] arguments, string input = "") => Tool.RunAsync([.. arguments, "--url", Silo.Http.BaseAddress!.ToString()], input);

    /// <summary>Damages the segment that has a text in it, at a place.</summary>
    internal void FlipByte(string text, int position)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        string file = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "logs"), "*.log", SearchOption.AllDirectories), file => File.ReadAllBytes(file).AsSpan().IndexOf(wanted) >= 0);
        using FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = position;
        int value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ 0x20));
    }

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _directory.Dispose();
    }
}
