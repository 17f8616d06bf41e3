using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>
/// The certificates of the silo's listeners. Reads their files at the start and again whenever something changes beside them; what cannot be read is told and leaves the former in
/// use. Owns the watch on the files. Safe for concurrent use.
/// </summary>
internal sealed partial class TlsCertificates : IDisposable
{
    /// <summary>Several files change together: they are read when nothing has happened for so long.</summary>
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(250);

    private readonly TlsSettings _settings;
    private readonly ILogger _logger;
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly ITimer _settled;
    private Material _current;

    private TlsCertificates(TlsSettings settings, Material current, TimeProvider time, ILogger logger)
    {
        (_settings, _current, _logger) = (settings, current, logger);
        _settled = time.CreateTimer(_ => _ = ReloadAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="StartRefusedException">One of them cannot be read.</exception>
    public static async Task<TlsCertificates> OpenAsync(TlsSettings settings, TimeProvider time, ILogger logger)
    {
        try
        {
            var certificates = new TlsCertificates(settings, await ReadAsync(settings), time, logger);
            certificates.Watch();
            return certificates;
        }
        catch (Exception failure) when (IsUnreadable(failure))
        {
            throw new StartRefusedException($"The certificate of StreamCoord:Tls:CertificatePath, '{settings.CertificatePath}', cannot be used: {failure.Message}");
        }
    }

    /// <summary>What a listener does for each connection: it takes the certificates of that moment.</summary>
    /// <param name="clients">Whether its clients show one.</param>
    public TlsHandshakeCallbackOptions For(ClientCertificates clients) => new()
    {
        OnConnection = _ => ValueTask.FromResult(Options(Volatile.Read(ref _current), clients)),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchers.ForEach(watcher => watcher.Dispose());
        _settled.Dispose();
    }

    private static SslServerAuthenticationOptions Options(Material material, ClientCertificates clients)
    {
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = material.Server };
        if (clients != ClientCertificates.None)
        {
            options.ClientCertificateRequired = true;
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null ? clients == ClientCertificates.Requested : errors == SslPolicyErrors.None;
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(material.ClientAuthorities);
        }
        return options;
    }

    private static async Task<Material> ReadAsync(TlsSettings settings)
    {
        string chain = await File.ReadAllTextAsync(settings.CertificatePath!);
        string key = settings.KeyPath is { } path ? await File.ReadAllTextAsync(path) : chain;
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        var server = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(chain, key), all, offline: true);
        var authorities = new X509Certificate2Collection();
        if (settings.ClientCaPath is { } authoritiesPath)
        {
            authorities.ImportFromPem(await File.ReadAllTextAsync(authoritiesPath));
        }
        return new Material(server, authorities);
    }

    private static bool IsUnreadable(Exception failure) => failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    // The directory, not the file: whoever replaces files renames them, or the directory's link.
    private void Watch()
    {
        foreach (string directory in new[] { _settings.CertificatePath, _settings.KeyPath, _settings.ClientCaPath }.OfType<string>().Select(path => Path.GetDirectoryName(path)!).Distinct())
        {
            var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.CreationTime };
            watcher.Changed += (_, _) => Settle();
            watcher.Created += (_, _) => Settle();
            watcher.Renamed += (_, _) => Settle();
            watcher.Error += (_, _) => Settle();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
    }

    private void Settle() => _settled.Change(SettlingTime, Timeout.InfiniteTimeSpan);

    private async Task ReloadAsync()
    {
        try
        {
            Material material = await ReadAsync(_settings);
            bool isOther = !material.Server.TargetCertificate.RawData.AsSpan().SequenceEqual(_current.Server.TargetCertificate.RawData);
            Volatile.Write(ref _current, material);
            if (isOther)
            {
                LogReloaded(_logger, material.Server.TargetCertificate.Subject, material.Server.TargetCertificate.NotAfter);
            }
        }
        catch (Exception failure) when (IsUnreadable(failure))
        {
            LogKept(_logger, failure.Message);
        }
    }

    [LoggerMessage(5130, LogLevel.Information, "New connections get the certificate {Subject}, which holds until {NotAfter}.")]
    private static partial void LogReloaded(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(5131, LogLevel.Warning, "The changed files of certificates cannot be used, and the former certificate stays in use: {Reason}")]
    private static partial void LogKept(ILogger logger, string reason);

    private sealed record Material(SslStreamCertificateContext Server, X509Certificate2Collection ClientAuthorities);
}
