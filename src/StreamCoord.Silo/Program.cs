using StreamCoord.Grains.Storage;
using StreamCoord.Silo;
using StreamCoord.Silo.Hosting;
using StreamCoord.Silo.Options;

try
{
    CommandLine.Check(args);
    IConfiguration configuration = new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine(args)
        .Build();
    await SiloHost.RunAsync(configuration, SiloOptionsSet.Read(configuration));
    return 0;
}
catch (Exception refusal) when (refusal is StartRefusedException or DatabaseException)
{
    await Console.Error.WriteLineAsync(refusal.Message);
    return 1;
}
catch (InvalidDataException damaged)
{
    await Console.Error.WriteLineAsync($"appsettings.json cannot be read: {damaged.InnerException?.Message ?? damaged.Message}");
    return 1;
}
