using System.Text.RegularExpressions;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The environment of a process as ConfigMaps and Secrets: one for each part whose values are known, named by these, so that a change of them starts new pods.</summary>
internal sealed partial class KubernetesEnvironment
{
    public KubernetesEnvironment(Service service, Conversion conversion)
    {
        var (maps, sources, secrets) = (new List<(string, Yaml.Table)>(), new List<Yaml>(), new List<Yaml>());
        // What was read of a file may be a secret, and so may a value be that names a variable of it.
        var isPrivate = false;
        foreach (var layer in service.Variables.Layers)
            if (layer is Layer.File file)
            {
                isPrivate |= file.IsRead;
                sources.Add(OfFile(service, conversion, file));
            }
            else if (isPrivate && Taken(service, layer) is { Count: > 0 } values)
                sources.Add(SecretRef(Given(conversion, $"{service.Name}-env", service, values)));
            else if (Of(service, conversion, (Layer.Values)layer) is { } map)
            {
                maps.Add(map);
                sources.Add(new Yaml.Table { { "configMapRef", new Yaml.Table { { "name", map.Name } } } });
            }

        service.Take(FileKeys.Secrets);
        var known = service.Secrets.Where(secret => secret.Value is not null).Select(secret => (secret.Secret.Name, Value: secret.Value!)).ToList();
        var own = known.Count == 0 ? "" : Given(conversion, $"{service.Name}-secret", service, known);
        foreach (var (secret, value) in service.Secrets)
        {
            var name = value is null ? $"{service.Name}-secret" : own;
            if (value is null)
                service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"the Secret {name} has to have {secret.Name}, {Containers.Source(secret)}: 'kubectl create secret generic {name}'");
            secrets.Add(new Yaml.Table
            {
                { "name", secret.Name },
                { "valueFrom", new Yaml.Table { { "secretKeyRef", new Yaml.Table { { "name", name }, { "key", secret.Name } } } } },
            });
        }

        (Maps, Sources, Secrets) = (maps, new Yaml.List(sources), new Yaml.List(secrets));
    }

    public IReadOnlyList<(string Name, Yaml.Table Object)> Maps { get; }

    /// <summary>The ConfigMaps and Secrets that a container takes all variables of; later ones win.</summary>
    public Yaml.List Sources { get; }

    public Yaml.List Secrets { get; }

    private static (string Name, Yaml.Table Object)? Of(Service service, Conversion conversion, Layer.Values layer)
    {
        var data = new Yaml.Table();
        foreach (var (name, value) in Taken(service, layer))
            data.Add(name, value);
        if (data.Count == 0)
            return null;
        var map = $"{service.Name}-env-{Service.HashOf(layer.Own.Select(variable => $"{variable.Name}={variable.Value}"))[..Kubernetes.HashDigits]}";
        return (map, new Yaml.Table
        {
            { "apiVersion", "v1" },
            { "kind", "ConfigMap" },
            { "metadata", new Yaml.Table { { "name", map }, { "labels", Containers.OfDomain.Of(service, conversion, hasHash: false) } } },
            { "data", data },
        });
    }

    private static List<(string Name, string Value)> Taken(Service service, Layer layer)
    {
        var all = Layer.Last(layer.Known).ToLookup(variable => Key().IsMatch(variable.Name));
        foreach (var (name, _) in all[false])
            service.Tell($"the variable {name} is left out, because Kubernetes takes no such name");
        return [.. all[true]];
    }

    // Named by its values, so that a change of them starts new pods.
    private static string Given(Conversion conversion, string begin, Service? process, IReadOnlyList<(string Name, string Value)> values)
    {
        var name = $"{begin}-{Service.KeyOf(values)}";
        conversion.Secrets.Add(new ExportedSecret(name, process?.Name, values));
        return name;
    }

    // A cluster has no such file. What it holds may be a secret; where nobody has read it, the user makes a ConfigMap of it.
    private static Yaml.Table OfFile(Service service, Conversion conversion, Layer.File file)
    {
        var number = service.Variables.Files.Where(other => other.IsOfProject == file.IsOfProject).Index().First(other => other.Item == file).Index + 1;
        var name = $"{(file.IsOfProject ? conversion.Name : service.Name)}-file-{number}";
        if (file.IsRead)
            return SecretRef(Given(conversion, name, file.IsOfProject ? null : service, Taken(service, file)));
        service.TellOfFile(file, $"a cluster does not have this file: 'kubectl create configmap {name} --from-env-file={file.Path}' gives it its variables");
        return new Yaml.Table { { "configMapRef", new Yaml.Table { { "name", name }, { "optional", file.IsOptional } } } };
    }

    private static Yaml.Table SecretRef(string name) => new() { { "secretRef", new Yaml.Table { { "name", name } } } };

    [GeneratedRegex("^[-._a-zA-Z][-._a-zA-Z0-9]*$")]
    private static partial Regex Key();
}
