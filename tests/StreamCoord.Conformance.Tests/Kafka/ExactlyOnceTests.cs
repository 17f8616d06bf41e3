using System.Diagnostics;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>Transactions of an unchanged client: consume, transform and produce exactly once while the client and the silo are killed, and a zombie that is fenced.</summary>
public sealed class ExactlyOnceTests : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const int Count = 600;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task ConsumeTransformProduce_IsExactlyOnce_WhateverIsKilled()
    {
        int seed = TestSeed.Next();
        var random = new Random(seed);
        string[] values = [.. Enumerable.Range(0, Count).Select(i => $"value {i}")];
        await ClientProgram.RunAsync(values, "kcat", "-b", _silo.Kafka, "-P", "-t", "source");
        using var limit = new CancellationTokenSource(Limit);

        // Each worker does some transactions and is killed; between two of them the silo is killed under the work.
        for (int round = 0; round < 4; round++)
        {
            using Process worker = StartWorker();
            int transactions = random.Next(1, 5);
            for (int i = 0; i < transactions && await worker.StandardOutput.ReadLineAsync(limit.Token) is not null; i++)
            {
            }
            if (round % 2 == 1)
            {
                await RestartSiloAsync();
                // The client finds the silo again by itself and goes on.
                bool goesOn = await worker.StandardOutput.ReadLineAsync(limit.Token) is not null;
                Assert.True(goesOn, $"seed {seed}: the worker ended when the silo was killed: {(goesOn ? "" : await worker.StandardError.ReadToEndAsync(limit.Token))}");
            }
            Kill(worker);
        }
        using Process last = StartWorker();
        string[] read = [];
        while (read.Length < Count)
        {
            Assert.False(last.HasExited, $"seed {seed}: the worker ended with code {(last.HasExited ? last.ExitCode : 0)} after {read.Length} values");
            limit.Token.ThrowIfCancellationRequested();
            read = await DrainAsync("target");
        }
        Kill(last);

        Assert.True(values.Select(value => value.ToUpperInvariant()).SequenceEqual(read), $"seed {seed}: {read.Length} values, {read.Distinct().Count()} of them different");
    }

    [Fact]
    public async Task Zombie_IsFenced_AndWhatItWroteIsNotRead()
    {
        string[] lines = await ClientProgram.RunAsync([], Python, Script, "zombie", _silo.Kafka, "fenced", "id");
        Assert.Equal(["_FENCED, fatal: True"], lines);
        Assert.Equal(["of the successor"], await DrainAsync("fenced"));
        // Whoever reads everything sees all three.
        Assert.Equal(
            ["of the zombie", "aborted", "of the successor"],
            await ClientProgram.RunAsync([], "kcat", "-b", _silo.Kafka, "-C", "-t", "fenced", "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_uncommitted"));
    }

    private static string Script => Path.Combine(AppContext.BaseDirectory, "exactly_once.py");

    private Task<string[]> DrainAsync(string topic) => ClientProgram.RunAsync([], Python, Script, "drain", _silo.Kafka, topic);

    private Process StartWorker() => Process.Start(
        new ProcessStartInfo(Python, [Script, "work", _silo.Kafka, "source", "target", "worker"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
        process.WaitForExit();
    }

    // On the same port, so that the clients find it again by themselves.
    private async Task RestartSiloAsync()
    {
        string endpoint = _silo.Kafka;
        await _silo.KillAsync();
        await _silo.DisposeAsync();
        _silo = await SiloProcess.StartAsync(_directory.Path, $"--StreamCoord:Kafka:Endpoint={endpoint}");
    }
}
