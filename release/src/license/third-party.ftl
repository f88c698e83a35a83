<#-- One line a library: name of its jar, licences, coordinates, address. -->
<#function licences names>
  <#local text = "">
  <#list names as name>
    <#local text = text + (text?has_content)?then(", ", "") + name>
  </#list>
  <#return text>
</#function>
Weir is under the Apache License 2.0 (LICENSE). The jars in lib that are not Weir's own, with what they are under; where
there is more than one licence, it is the recipient's choice. Texts and notices are in META-INF of each jar, and so are
those of what a jar contains in turn; JLine's, whose jars have none, is in META-INF/licenses of Weir's own. picocli's class files were brought into a newer format, see META-INF/WEIR-NOTICE in
its jar; every other jar is as its authors published it, and their sources are where the address says.

<#list dependencyMap as entry>
<#assign project = entry.getKey()>
${project.artifactId}-${project.version}: ${licences(entry.getValue())}
    ${project.groupId}:${project.artifactId}:${project.version}, ${project.url!"no address"}
</#list>
