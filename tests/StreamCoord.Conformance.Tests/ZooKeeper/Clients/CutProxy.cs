using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>Stands between clients and a server, and can cut them off: connections end, and new ones are closed at once until it is mended. Safe for concurrent use.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private volatile bool _isCut;

    public CutProxy(string target)
    {
        _target = IPEndPoint.Parse(target);
        _listener.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public void Cut()
    {
        _isCut = true;
        foreach (TcpClient client in _open.Keys)
        {
            client.Close();
        }
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var pumps = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                pumps.Add(ServeAsync(client));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(pumps);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client, far = new() { NoDelay = true };
        near.NoDelay = true;
        try
        {
            if (!_isCut)
            {
                await far.ConnectAsync(_target);
                _open[near] = 0;
                _open[far] = 0;
                if (!_isCut)
                {
                    await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
                }
            }
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or ended by one side.
        }
        _open.TryRemove(near, out _);
        _open.TryRemove(far, out _);
    }
}
