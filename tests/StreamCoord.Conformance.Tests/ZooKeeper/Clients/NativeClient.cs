using StreamCoord.Conformance.Tests.Kafka;
using StreamCoord.Testing;

[assembly: AssemblyFixture(typeof(StreamCoord.Conformance.Tests.ZooKeeper.Clients.NativeClient))]

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>zookeeper_client.c, made by the C compiler when the first test asks for it, with Debian's ZooKeeper client library.</summary>
public sealed class NativeClient : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<string>> _program;

    public NativeClient() => _program = new(MakeAsync);

    /// <summary>The program's path.</summary>
    internal Task<string> PathAsync() => _program.Value;

    /// <summary>Runs it to its end; returns what it wrote.</summary>
    internal async Task<string[]> RunAsync(params string[] arguments) => await ClientProgram.RunAsync([], await PathAsync(), arguments);

    public void Dispose() => _directory.Dispose();

    private async Task<string> MakeAsync()
    {
        string program = Path.Combine(_directory.Path, "zookeeper_client");
        await ClientProgram.RunAsync([], "cc", "-O1", "-DTHREADED", "-o", program, Path.Combine(AppContext.BaseDirectory, "zookeeper_client.c"), "-lzookeeper_mt", "-lpthread");
        return program;
    }
}
